-- A seller has a series for each legal form: receipts (BN26-AA, without a template), invoices where the receipt is one
-- (K26TAA). The name of a series holds seller, year and form, and is unique by itself.
ALTER TABLE series DROP CONSTRAINT series_seller_tax_code_template_year_key;
