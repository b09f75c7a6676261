-- What the payer wrote on a transfer, as the bank tells it: the reference of the QR code is in it.
ALTER TABLE payments ADD COLUMN transfer_content text NOT NULL DEFAULT '';
