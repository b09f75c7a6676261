/** Notes of visits and complaints about readings, in English. */
import type { notesVi } from "./notes_vi.ts";

export const notesEn: Readonly<Record<keyof typeof notesVi, string>> = {
  note_add: "Add a note",
  note_text: "Note of this visit",
  note_hint: "such as: call first, there is a dog",
  note_save: "Save the note",
  complaint: "Reading disputed",
  complaint_intro: "The customer calls a reading wrong. The office looks at it; the bill stays as it is until then.",
  complaint_bill: "Bill",
  complaint_reading: "The meter shows",
  complaint_note: "What does the customer object to?",
  complaint_note_hint: "such as: the new reading is wrong",
  complaint_photo: "Photograph the meter",
  complaint_photo_again: "Take another photo",
  complaint_photo_shown: "Photo of the meter",
  complaint_photo_wrong: "This photo cannot be used. Take another one.",
  complaint_photo_work: "Making the photo smaller…",
  complaint_send: "Send the complaint",
  complaint_waiting: "Reading disputed: kept on this phone, not sent yet",
  complaint_sent: "Reading disputed: sent at {time}",
  complaint_refused: "The complaint was not sent: {detail}",
  command_note: "Note",
  command_complaint: "Reading disputed",
};
