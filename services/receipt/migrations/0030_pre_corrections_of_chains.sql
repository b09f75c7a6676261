-- A correction may take something off several bills: of each of them receipts may be in customers' hands.
ALTER TABLE bill_correction DROP CONSTRAINT bill_correction_pkey, ADD PRIMARY KEY (correction_id, bill_id);
