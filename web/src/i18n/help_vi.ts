/** Help, the fault report, and the set-up of a printer, in Vietnamese. */
export const helpVi = {
  wizard_start: "Kiểm tra máy in",
  wizard_start_more: "Máy in này chưa được kiểm tra. Hai trang thử ngắn cho biết khổ giấy và những gì máy in làm được.",
  wizard_again: "Kiểm tra lại",
  wizard_asking: "Đang hỏi máy in…",
  wizard_printing: "Đang in trang thử…",
  wizard_width: "Nhìn trang vừa in: mũi tên “80 mm” có nằm trọn ở mép phải của dòng không?",
  wizard_width_yes: "Có: giấy 80 mm",
  wizard_width_no: "Không: giấy 58 mm",
  wizard_look: "Nhìn trang vừa in và đánh dấu những gì đúng:",
  wizard_letters: "1. Chữ Việt có dấu rõ và đúng",
  wizard_code: "2. Mã QR quét được",
  wizard_own: "3. Hai dòng chữ dài bằng nhau",
  wizard_gaps: "4. Hai khoảng trắng bằng nhau",
  wizard_save: "Lưu",
  wizard_letters_needed: "Chữ Việt không đúng thì không dùng được máy in này. Hãy thử máy in khác.",
  help_title: "Trợ giúp và báo lỗi",
  help_signal: "Không có sóng",
  help_signal_do:
    "Vẫn xem tuyến, tìm khách, ghi lượt ghé và hẹn được. Mọi việc chờ trên máy và tự gửi khi có sóng. Không thu tiền mặt khi chưa có sóng.",
  help_cash: "Đã thu mà chưa có trả lời",
  help_cash_do:
    "Đừng thu lại và đừng trả lại tiền. Máy tự hỏi lại; khoản tiền không bị ghi hai lần. Xem Việc trên máy để biết việc nào còn chờ.",
  help_printer: "Máy in không in",
  help_printer_do:
    "Kiểm tra giấy, nắp, pin, rồi mở Máy in và nối lại. Nếu máy vẫn im lặng, bấm Kiểm tra máy in. Biên nhận có thể hiện trên màn hình cho khách quét.",
  help_update: "Ứng dụng lạ hoặc chậm",
  help_update_do: "Đóng ứng dụng và mở lại: dữ liệu vẫn còn trên máy. Nếu có bản mới, cập nhật trong Cài đặt.",
  fault_title: "Báo lỗi",
  fault_more:
    "Báo cáo gồm phiên bản, trạng thái máy và các lỗi gần đây. Không có tên, số điện thoại, địa chỉ hay số tiền của khách.",
  fault_make: "Tạo và gửi báo cáo",
  fault_text: "Nội dung báo cáo",
};
