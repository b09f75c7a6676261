/** A help page for each page of the office, in Vietnamese: paragraphs one below the other. */
export const officeHelpVi = {
  help_intro: "Chọn trang cần trợ giúp.",
  help_keys:
    "Phím tắt: / đến ô tìm khách; Tab đến mục kế tiếp; ↑ ↓ đi giữa các dòng của bảng; Enter mở dòng; Alt ← quay lại.",
  help_today:
    "Trang này cho biết ngày thu đang diễn ra thế nào, tự cập nhật sau vài giây.\nKhách phải thu: khách trên tuyến còn nợ hoặc đã trả trong ngày. Đã đến: khách có lượt ghé trong ngày.\nBấm tên điện lực để xem từng thu ngân viên; bấm thu ngân viên hoặc tuyến để xem từng khách.\nChọn ngày khác ở góc trên để xem lại; số còn nợ luôn là của lúc này.",
  help_customers:
    "Tìm như trên điện thoại: không cần dấu, sai vài chữ, đảo thứ tự, hoặc vài số cuối của điện thoại đều được.\nThẻ khách hàng có hợp đồng, hóa đơn với từng dòng và cách tính, các khoản đã trả, lượt ghé, tin nhắn, khiếu nại và giấy tờ đã in.\nKhách không muốn nhận tin nhắn: bấm “Ngừng mọi tin nhắn”. Số không phải của khách: bấm “Số không phải của khách”.\nKhiếu nại chỉ số: xem ảnh công tơ, cho người kiểm tra, rồi ghi kết quả.\nKhiếu nại hóa đơn: ghi ở đây; đến khi trả lời xong, không nhắn tin nhắc nợ, và hạn trả lời hiện ngay dưới.\nHóa đơn sai: nhân viên hóa đơn bấm “Sửa hóa đơn này”, sửa chỉ số, mục đích hoặc số hộ, xem trước số tiền rồi đề nghị; người khác duyệt ở “Đề nghị duyệt”. Hóa đơn cũ không bao giờ bị sửa: phần chênh lệch hoặc hóa đơn thay thế dẫn về nó.",
  help_shifts:
    "Ca thu đi qua bốn bước: đang mở, chờ nộp, (chênh lệch), đã xong.\nKết ca thay: khi thu ngân viên không tự kết được, đếm tiền cùng họ và kết ca ở đây.\nNhận tiền: mở ca “Chờ nộp”, đếm từng mệnh giá. Số đếm khác số kê khai thì ghi lý do.\nChênh lệch vượt mức cho phép chờ người quản lý quyết định: thu ngân viên chịu, hay điện lực chịu.\nNgười đếm lại phải là người khác với người kê khai.",
  help_transfers:
    "Ghi nhận một khoản tiền đã về tài khoản.\nTìm khách, so số tiền với sao kê, nhập mã giao dịch của ngân hàng và nội dung người chuyển đã ghi.\nĐiện thoại đã cho khách xem mã sẽ tự hiện “Ngân hàng đã báo có” và in biên nhận.\nBấm hai lần cũng chỉ ghi một khoản; cùng một mã giao dịch không ghi được hai lần.",
  help_payments:
    "Một khoản thu không bao giờ bị xóa: hủy là một việc được ghi lại, có lý do và tên người làm.\nHủy xong, hóa đơn mở lại, biên nhận mất hiệu lực và phiếu hủy được in.\nSố tiền lớn hơn mức của đơn vị cần người thứ hai duyệt, ở trang “Đề nghị duyệt”.\n“Thu nhầm” liệt kê các khoản mà thu ngân viên tự báo.",
  help_approvals:
    "Việc vượt mức một người được làm thì chờ ở đây: một người đề nghị, người khác duyệt hay từ chối.\nTrước khi duyệt: mở khoản thu, so với sao kê hoặc hỏi thu ngân viên và khách. Luôn ghi lý do.\nĐề nghị sửa hóa đơn: so chỉ số được đề nghị với ảnh công tơ, mở hóa đơn cũ. Số tiền phải đúng như đã đề nghị, nếu không thì không sửa.\nDuyệt xong thì việc được làm ngay; cả hai người đứng tên.\nNgười đề nghị không tự duyệt được, nhưng có thể rút lại.\n“Chưa rõ kết quả”: người đã duyệt bấm “Làm lại”; không có gì bị hủy hai lần.\nĐịa chỉ của mỗi đề nghị có thể gửi cho người duyệt.",
  help_devices:
    "Thêm điện thoại: chọn thu ngân viên, tạo mã, cho điện thoại quét. Mã dùng một lần, trong ít phút.\n“Liên lạc cuối” là lần cuối điện thoại nối với máy chủ. “Máy in” màu đỏ là máy in đang có lỗi.\nMất điện thoại: mở thiết bị, bấm “Mất điện thoại” và làm bốn bước.",
  help_held:
    "Những việc máy không tự quyết được.\nĐề nghị chờ duyệt, khiếu nại chỉ số, khoản bị báo thu nhầm, tiền từ điện thoại của người đã nghỉ, giấy chưa rõ đã in.\nMỗi việc có tên người và đã chờ bao lâu. Quá hai ngày thì có màu đỏ.\nChỉ số bị tạm giữ: đọc lý do, xem ảnh công tơ hoặc hỏi người ghi. Đúng thì “Cho lập hóa đơn”; sai thì “Sửa chỉ số”; chưa rõ thì “Trả để đọc lại”. Luôn ghi lý do.",
  help_bill_runs:
    "Một đợt lập hóa đơn đi qua ba bước: tính hóa đơn nháp, xem và so sánh, rồi người khác duyệt phát hành.\nLập đợt mới: chọn điện lực và tháng, bấm “Tính hóa đơn nháp”. Trang cho biết đã đến đâu, nhanh thế nào và còn bao lâu; đóng trang thì việc vẫn tiếp tục.\nTrước khi duyệt: xem chênh lệch với tháng trước và những thay đổi lớn nhất, mở các khách đáng ngờ, xem kỳ không lập được và chỉ số bị tạm giữ.\nDuyệt phát hành: quản lý thu hoặc kế toán, khác với người yêu cầu, nhập số hóa đơn và tổng tiền. Sai một đồng cũng bị từ chối.\nCó gì sai thì “Hủy đợt này”, sửa chỉ số hoặc hợp đồng, rồi tính lại. Hóa đơn đã phát hành chỉ sửa được bằng điều chỉnh hoặc thay thế.",
  help_reports:
    "Tiền đã thu: cộng theo ngày hoặc theo điện lực, từng hình thức; khoản đã hủy không được tính, dù hủy lúc nào. Nhiều nhất 93 ngày một lần.\nTuổi nợ: hóa đơn còn nợ theo số ngày quá hạn, tính đến hôm nay.\nTải XLSX hoặc CSV để mở bằng bảng tính; không ô nào bị hiểu là công thức.\nAi chỉ làm ở một số điện lực thì báo cáo chỉ có các điện lực đó.",
  help_people:
    "Quản trị tạo tài khoản cho từng người, giao việc và điện lực; mỗi người chỉ thấy điều cần cho việc của mình.\nTạo xong, đưa mã một lần cho người đó: họ bấm “Đăng nhập lần đầu” và tự đặt mật khẩu.\nQuên mật khẩu hoặc mất điện thoại xác thực: cấp mã một lần mới.\nNghỉ việc: đóng tài khoản, mọi phiên kết thúc ngay.",
  help_log:
    "Mọi việc người trong văn phòng đã làm: ai, việc gì, với đối tượng nào, lúc nào, từ máy nào, kết quả ra sao. Cả việc bị từ chối.\nLọc theo tên đăng nhập, việc, ngày, hoặc mã khách hàng để biết ai đã xem và sửa.\n“Chi tiết” có điều được yêu cầu, trước và sau khi làm.\nTải CSV để mở bằng bảng tính: 20.000 dòng mới nhất theo bộ lọc. Việc tải và việc xem nhật ký cũng được ghi.\nAi chỉ làm ở một số điện lực thì thấy việc của người các điện lực đó.",
  help_account:
    "Đổi mật khẩu: mọi phiên khác của bạn kết thúc.\nMã xác thực: cài một ứng dụng xác thực trên điện thoại, quét mã QR, nhập 6 chữ số. Từ đó mỗi lần đăng nhập cần thêm mã này.",
};
