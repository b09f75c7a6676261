-- What a customer is found by costs the database more than all the rest of adding the row. An import brings it along
-- (services/customer/search/columns.py, held against the trigger by a test); whatever does not, has it written as before.

CREATE OR REPLACE TRIGGER write_search_columns BEFORE INSERT ON customers
    FOR EACH ROW WHEN (NEW.name_key IS NULL) EXECUTE FUNCTION write_search_columns();
CREATE TRIGGER write_changed_search_columns BEFORE UPDATE OF name, address, ward, address_old ON customers
    FOR EACH ROW EXECUTE FUNCTION write_search_columns();
