-- Until when the bill of an invoice is to be paid: whoever asks for the money can name the invoice of a debt. NULL of those from before.
ALTER TABLE invoices ADD COLUMN due_on date;
