"""What an import works out for the search is what the database would write."""

from services.customer.search.columns import search_columns


def test_words_of_ward_and_old_address_follow_those_of_the_address_once() -> None:
    name_key, name_bag, address_key, name_terms, all_terms = search_columns(
        "Nguyễn Thị Đào", "12 Lê Lợi", "Phường An Xuyên", "45 Lê Lợi, phường 2"
    )
    assert (name_key, name_bag) == ("nguyen thi dao", "dao nguyen thi")
    assert address_key == "12 le loi phuong an xuyen 45 2"
    assert sorted(name_terms.split()) == ["d_", "da_", "dao", "n_", "ng_", "nguyen", "t_", "th_", "thi"]
    assert sorted(all_terms.split()) == sorted({*name_key.split(), *address_key.split()})
