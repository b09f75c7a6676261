"""Which words can be Vietnamese: a syllable is an onset, a rime and at most one tone. Pure."""

import re
import unicodedata
from functools import lru_cache

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph q qu r s t th tr v x"
_RIMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oem oen oeo oet oi om on ong ooc oong
op ot ô ôc ôi ôm ôn ông ôôc ôông ôp ôt ơ ơi ơm ơn ơp ơt ơc ơng
u ua uc ui um un ung up ut uâc uân uâng uât uây uê uêch uên uênh uêt uêu uôc uôi uôm uôn uông uôp uôt uơ uy uya uych
uyên uyêt uyn uynh uyp uyt uyu
ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
y ych yêm yên yêng yêt yêu ym yn ynh yt yu
"""
_FREQUENT = """
an anh ánh ấp ân bà bá bạc bách bạch bàn bản bảng bảo bảy bắc băng bằng bé bến bệnh bích biên biển bình bốn bồng bùi
bửu bưu cà cái cam cảm cảng cảnh cao cát cẩm cần cầu câu cây chà chánh chăm chấn châu chi chí chiến chính chinh chợ
chúc chung chuyên chương cổ cô cộng công cơ của cung cúc cư cử cửa cương cường dầu dân danh diễm diện diệp diệu doanh
dung dũng duy duyên dư dự dừa dương dưỡng đa đài đại đạm đàm đan đán đào đạo đạt đăng đắc đặng đầm đất đẹp đê đề đệ
điểm điền điện điệp đinh đình định đỉnh đoàn đoan đô đỗ độ đội đông đồng động đời đốc đủ đức đường gành giác giải
giang giao giáo giàu giếng gia giá gian giàn gò hà hạ hai hải hàm hàn hàng hạnh hảo hào hằng hân hận hậu hệ hiên hiền
hiển hiệp hiếu hiệu hoa hoà hòa hoá hóa hoài hoan hoàn hoàng hoạt học hồ hổ hộ hội hồi hồng hợi hợp hơn huân huấn huế
huệ hùng hưng hương hướng hường hữu huy huyền huyện huỳnh kế kênh kha khá khải khang khánh khách khắc khâm khê khi
khiêm khoa khoá khóa khởi khóm khương khưu khu kiên kiếm kiến kiểm kiếng kiệt kiều kim kinh kính kỳ ký kỷ la lạc lai
lại lãi làm lam lan làng lãng lành lãnh lâm lân lập lầu lấp lê lễ lệ liêm liên liệu liễu linh lĩnh loan long lộ lộc
lợi lớn lũy lục lư lựu lượm lương lượng lường lưu ly lý mạc mã mạnh mai mái mạch mao mẫn mận mậu mẫu mắm máy miên miền
miếu minh mỏ mộc mộng một mới mùi mười mỹ mỵ nam năm năng nâng nga ngã ngân nghệ nghị nghi nghĩa nghiêm nghiệp ngoan
ngoài ngô ngọc ngôn nguyên nguyễn nguyệt ngữ ngự nhà nhã nhạc nhàn nhánh nhâm nhân nhẫn nhật nhất nhi nhì nhiên nhiêu
nhơn nhu nhung như nhường nhựt ninh nông nổ nữ nước oanh ông phà phạm phan phát phẩm phân phần phấn phận phi phòng
phong phó phổ phố phú phúc phụ phụng phùng phước phượng phương phường quách quán quản quân quan quang quảng quận quý
quỳ quế quốc quới quyên quyền quyết quỳnh rau rạch sa sản sang sáng sáu sâm sào sấy số sông sơn song sở sử sửa sự
sương tạ tác tài tam tám tàn tánh tân tấn tấm tâm tất tăng tây tập tạp tế thạch thái thẩm thăng thắng thắm thâm thân
thanh thành thạnh thảo thạo thập thất thế thể thêm thêu thi thị thích thiên thiện thiết thiệu thịnh thìn thọ thoa
thoại thoát thông thống thổ thới thời thơ thu thủ thuận thuật thục thuốc thùy thuỳ thủy thuỷ thúy thuý thụy thuyền
thuyết thư thức thực thừa thương thường thượng tiêm tiệm tiên tiền tiến tiếp tiết tiêu tiểu tín tính tinh tình tỉnh
toàn toại toán tô tổ tố tôn tôm tổng tới trà trai trại trạm trang trần trâm trân trầm tranh trạng trí trị triều triệu
trinh trình trịnh trọng trôi trú trụ trúc trung trường trưởng trương trực tú từ tứ tư tuân tuấn tuệ tuyên tuyền tuyến
tuyết tùng tươi tường tưởng tượng út uyên ủy uỷ ứng vàm vạn vàng văn vân vấn vận vật vệ vi vị vĩ viên viện viễn việt
vinh vĩnh võ vòng vọng vũ vui vương vựa vượng vượt vy vỹ xã xá xay xát xây xóm xuân xuyên xưởng xương ý yên yến
"""
"""Words of names and addresses in the south of Vietnam: they decide between two readings, see :mod:`.legacy`."""

_SYLLABLE = re.compile(f"(?:{'|'.join(sorted(_ONSETS.split(), key=len, reverse=True))})?(?:{'|'.join(_RIMES.split())})")
_STOPS = ("c", "ch", "p", "t")
_TONES_BEFORE_STOPS = frozenset("\u0301\u0323")
_VOWEL_WITHOUT_ONE = re.compile(r"[bcdghklmnpqrstvxđ]{1,3}")


@lru_cache(maxsize=65_536)
def is_syllable(word: str) -> bool:
    """Whether a word without signs and digits can be a Vietnamese syllable, in capitals or not."""
    parts = unicodedata.normalize("NFD", word.lower())
    tones = [letter for letter in parts if letter in _TONES]
    bare = unicodedata.normalize("NFC", "".join(letter for letter in parts if letter not in _TONES))
    if len(tones) > 1 or (tones and bare.endswith(_STOPS) and not _TONES_BEFORE_STOPS.issuperset(tones)):
        return False
    return _SYLLABLE.fullmatch(bare) is not None or (not tones and _VOWEL_WITHOUT_ONE.fullmatch(bare) is not None)


@lru_cache(maxsize=1)
def _frequent() -> frozenset[str]:
    return frozenset(_FREQUENT.split())


def is_frequent(word: str) -> bool:
    """Whether a word is frequent in names and addresses, in capitals or not."""
    return unicodedata.normalize("NFC", word.lower()) in _frequent()
