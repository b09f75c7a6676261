CREATE TABLE sleeper (name text);
