-- A complaint may be about a bill: its amount or its price group. Since then it has a day until which it is to be answered; those
-- without one are from before, and nobody was told of them.
ALTER TABLE reading_complaints
    ADD COLUMN kind text NOT NULL DEFAULT 'reading' CHECK (kind IN ('reading', 'amount', 'price_group', 'other')),
    ADD COLUMN answer_by date,
    ADD COLUMN is_from_desk boolean NOT NULL DEFAULT false;
ALTER TABLE complaint_settlements ADD COLUMN is_bill_right boolean;
