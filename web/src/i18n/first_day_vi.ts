/** Words of the first day, in Vietnamese: they lie in the file of its page. */
export const firstDayVi = {
  intro:
    "Làm một ngày thu trọn vẹn với dữ liệu mẫu, khoảng mười lăm phút: từ tạo tài khoản đến nhận tiền. Mỗi bước tự đánh dấu khi hệ thống thấy việc đã xong, không cần bấm gì ở đây.",
  alone:
    "Một mình cũng làm được: đăng xuất rồi đăng nhập bằng tài khoản của bước sau, trang này tự mở lại. Hoặc mở thêm một cửa sổ ẩn danh cho mỗi tài khoản.",
  other_units:
    "Hệ thống này đã có điện lực khác. Chỉ nhập dữ liệu mẫu vào hệ thống dùng để tập: hóa đơn đã phát hành và biên nhận đã cấp số thì không xóa được.",
  progress: "{done} trên {all} bước đã xong",
  next_own: "Việc tiếp theo của bạn: bước {n}.",
  next_other: "Tiếp theo là bước {n}, việc của: {who}.",
  next_unseen: "Những bước bạn xem được đã xong. Người khác xem tiếp từ bước {n}: {who}.",
  all_done: "Xong cả ngày: hóa đơn đã phát hành, tiền đã thu và đã nộp, biên nhận khớp với tiền.",
  state_done: "Đã xong",
  state_todo: "Chưa xong",
  state_unseen: "Không xem được",
  by: "Việc của: {who}",
  by_collector: "Thu ngân viên, trên điện thoại",
  seen_by: "Tài khoản của bạn không xem được bước này đã xong chưa. Xem được, nếu làm ở mọi điện lực: {who}.",
  how: "Cách làm",
  files: "Tệp mẫu",
  download: "Tải {file}",

  people: "Tạo tài khoản",
  people_how:
    "Tạo hai tài khoản, vì người lập hóa đơn và người phát hành phải là hai người.\nTài khoản thứ nhất: Nhân viên hóa đơn. Tài khoản thứ hai: Quản lý thu và Thủ quỹ. Điện lực của cả hai: nhập dấu * (mọi điện lực).\nMỗi tài khoản có một mã dùng một lần: ghi lại để đăng nhập lần đầu. Mật khẩu ít nhất 12 ký tự.",
  people_missing: "Còn thiếu: {who}.",
  people_do: "Mở Tài khoản",

  places: "Nhập điện lực, thu ngân viên, tuyến",
  places_how:
    "Tải ba tệp, rồi nhập từng tệp theo đúng thứ tự này. Mỗi nút mở đúng loại danh sách: chọn tệp, “Xem trước”, rồi “Nhập”.",
  do_units: "1. Nhập điện lực",
  do_collectors: "2. Nhập thu ngân viên",
  do_routes: "3. Nhập tuyến",

  customers: "Nhập khách hàng và công tơ",
  customers_how: "Khách hàng trước, công tơ sau. “Xem trước” cho biết có bao nhiêu dòng mới; lúc đó chưa lưu gì.",
  customers_known: "Đã có {n} trên {all} khách hàng.",
  meters_missing: "Còn thiếu công tơ.",
  do_customers: "1. Nhập khách hàng",
  do_meters: "2. Nhập công tơ",

  route: "Sắp xếp tuyến",
  route_how:
    "Mở tuyến {route} và cho một khách đi trước: kéo nút ≡, hoặc bấm ↑ ↓ trên nút đó. Xem lại rồi bấm “Lưu”.\nĐiện thoại của thu ngân viên sẽ đi theo thứ tự mới.",
  route_do: "Mở tuyến {route}",

  readings: "Nhập chỉ số",
  readings_how:
    "Tải tệp chỉ số của tháng {month}, xem trước rồi nhập. Chỉ số chưa thành hóa đơn ngay: nó chờ đợt lập hóa đơn. Chỉ số đáng ngờ bị tạm giữ ở “Việc chờ xử lý”.",
  do_readings: "Nhập chỉ số",

  bills: "Lập và phát hành hóa đơn",
  bills_how:
    "Nhân viên hóa đơn: ở “Lập đợt mới” chọn điện lực {unit}, bấm “Tính hóa đơn nháp”.\nQuản lý thu: mở đợt đó, xem tổng, nhập lại số hóa đơn và tổng tiền, rồi phát hành. Người lập không tự phát hành được.",
  bills_drafts: "Đã có {n} hóa đơn nháp, chờ người thứ hai phát hành.",
  bills_do: "Mở Đợt lập hóa đơn",
  bills_release: "Mở đợt để phát hành",

  phone: "Đăng ký điện thoại",
  phone_how:
    "Bấm “Tạo mã”. Trên điện thoại mở {app} và quét mã QR.\nKhông có điện thoại: mở địa chỉ đó trong một cửa sổ khác của máy này và nhập mã bằng tay.",
  phone_do: "Tạo mã cho {name}",
  phone_open: "Mở ứng dụng thu tiền",

  collect: "Thu tiền",
  collect_how:
    "Trên điện thoại: mở ca với tiền lẻ đầu ca, chọn một khách trên tuyến, in hoặc cho xem thông báo, bấm “Tiền mặt”, nhập số tiền khách đưa, rồi thu. Không có máy in thì biên nhận hiện trên màn hình.\nNgay lúc đó trang “Hôm nay” của văn phòng cho thấy khoản thu.",
  collect_do: "Xem Hôm nay",

  close: "Kết ca và nhận tiền",
  close_how:
    "Trên điện thoại: mở “Ca thu”, bấm “Kết ca”, đếm từng mệnh giá. Thiếu vài đồng vì không có tờ nhỏ hơn 200: ghi lý do, bấm “Kết ca, in phiếu”, đếm lại rồi “Vẫn kết ca”.\nThủ quỹ: mở ca “Chờ nộp”, đếm lại và xác nhận. Số đếm khớp thì ca đã xong.",
  close_do: "Mở ca chờ nộp",
} as const;
