import GRDB

/// The tables of `history.db`, as named steps that only go forward.
enum HistorySchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { database in
            try database.execute(sql: tables)
            try database.execute(sql: search)
        }
        // Whoever waits for a job of another program ends as that job did.
        migrator.registerMigration("v2") { try $0.execute(sql: "ALTER TABLE job ADD COLUMN exit INT") }
        migrator.registerMigration("v3") { database in
            for column in ["batch INT", "batch_index INT", "batch_count INT", "batch_label TEXT"] {
                try database.execute(sql: "ALTER TABLE job ADD COLUMN \(column)")
            }
        }
        // A step that took most blocks from an earlier one is shorter than others.
        migrator.registerMigration("v4") {
            try $0.execute(sql: "ALTER TABLE step ADD COLUMN reused INT NOT NULL DEFAULT 0")
        }
        // What the job was planned to take of memory, and what it took: later plans learn from it.
        migrator.registerMigration("v5") { database in
            for column in ["planned_bytes INT", "peak_bytes INT"] {
                try database.execute(sql: "ALTER TABLE job ADD COLUMN \(column)")
            }
        }
        return migrator
    }

    private static let tables = """
        CREATE TABLE job(
          id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, parent INTEGER,
          state TEXT NOT NULL, position REAL, recipe TEXT NOT NULL,
          words TEXT NOT NULL, seed INT, width INT, height INT, frames INT, fps REAL,
          model TEXT, weights_hash TEXT, machine TEXT, threads INT, precision TEXT, build TEXT,
          made TEXT, started TEXT, ended TEXT, seconds REAL,
          star INT NOT NULL DEFAULT 0, trashed TEXT, note TEXT, error TEXT, folder TEXT, process TEXT);
        CREATE INDEX job_parent ON job(parent);
        CREATE INDEX job_state ON job(state);
        CREATE TABLE step(job INT, pass TEXT, n INT, count INT, sigma REAL, calls INT, tokens INT,
          seconds REAL, attention REAL, linear REAL, bytes INT, x0_change REAL, note TEXT, PRIMARY KEY(job, pass, n));
        CREATE TABLE stage(job INT, name TEXT, part INT, seconds REAL, work REAL, warm INT,
          PRIMARY KEY(job, name, part));
        CREATE TABLE guess(job INT, at_percent INT, seconds REAL, low REAL, high REAL, real REAL);
        CREATE TABLE output(job INT, path TEXT, bytes INT, sha256 TEXT, kind TEXT, crf INT, gone INT NOT NULL DEFAULT 0);
        CREATE INDEX output_job ON output(job);
        CREATE TABLE tag(job INT, name TEXT, PRIMARY KEY(job, name));
        CREATE TABLE prompt(id INTEGER PRIMARY KEY, text TEXT UNIQUE, negative TEXT, last TEXT, uses INT);
        """

    /// The search index refers to the rows of `job`; triggers keep it in step.
    private static let search = """
        CREATE VIRTUAL TABLE job_text USING fts5(words, note, content='job', content_rowid='id');
        CREATE TRIGGER job_text_insert AFTER INSERT ON job BEGIN
          INSERT INTO job_text(rowid, words, note) VALUES (new.id, new.words, new.note);
        END;
        CREATE TRIGGER job_text_delete AFTER DELETE ON job BEGIN
          INSERT INTO job_text(job_text, rowid, words, note) VALUES ('delete', old.id, old.words, old.note);
        END;
        CREATE TRIGGER job_text_update AFTER UPDATE OF words, note ON job BEGIN
          INSERT INTO job_text(job_text, rowid, words, note) VALUES ('delete', old.id, old.words, old.note);
          INSERT INTO job_text(rowid, words, note) VALUES (new.id, new.words, new.note);
        END;
        """
}
