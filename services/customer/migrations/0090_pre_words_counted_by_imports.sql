-- Counting the words of new customers cost the database a tenth of adding them. An import that reads all words anyway counts them itself and
-- says so for the statement at hand (services/customer/store/new_rows.py); whatever does not, has them counted as before.
CREATE OR REPLACE TRIGGER count_words_of_new_customers AFTER INSERT ON customers
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    WHEN (current_setting('thungan.words_are_counted', true) IS DISTINCT FROM 'yes') EXECUTE FUNCTION count_words();
