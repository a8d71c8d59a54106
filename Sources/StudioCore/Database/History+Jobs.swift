package import Foundation
import GRDB
package import Generation

extension History {
    /// Enters a job and gives it its number. The prompt joins the prompt history.
    ///
    /// `output` is where its clip will be written, kept so that the job can go on after a stop.
    package func add(_ job: NewJob, output: JobOutput? = nil, now: Date = .now) throws(StudioError) -> Int {
        let recipe = job.recipe.recipe
        let text = job.recipe.json()
        return try write { database in
            try database.execute(
                sql: """
                    INSERT INTO job(kind, parent, state, recipe, words, seed, width, height, frames, fps, model,
                      weights_hash, machine, threads, precision, build, made, process, batch, batch_index, batch_count,
                      batch_label)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    job.kind.rawValue, job.parent, job.state.rawValue, text, recipe.prompt, Int64(recipe.seed),
                    job.size.width, job.size.height, recipe.frames, recipe.fps, recipe.model,
                    job.recipe.weightsSHA256, job.machine, job.threads, job.recipe.precisionText, Program.version,
                    HistoryDate.text(now), self.waitingOwner, job.batch?.id, job.batch?.index, job.batch?.count,
                    job.batch?.label,
                ])
            let id = Int(database.lastInsertedRowID)
            try database.execute(
                sql: "UPDATE job SET position = id, folder = ? WHERE id = ?",
                arguments: [self.jobsFolder.appending(path: String(id)).path(percentEncoded: false), id])
            if let output {
                try database.execute(
                    sql: "INSERT INTO output(job, path, bytes, crf, kind) VALUES (?, ?, 0, ?, 'planned')",
                    arguments: [id, output.file.path(percentEncoded: false), output.crf])
            }
            if job.kind == .draft {
                try Self.remember(recipe.prompt, recipe.negative, now, database)
            }
            return id
        }
    }

    private static func remember(_ prompt: String, _ negative: String, _ now: Date, _ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO prompt(text, negative, last, uses) VALUES (?, ?, ?, 1)
                ON CONFLICT(text) DO UPDATE SET negative = excluded.negative, last = excluded.last, uses = uses + 1
                """,
            arguments: [prompt, negative, HistoryDate.text(now)])
    }

    /// Moves a job on; entering ``JobState/running`` notes the start, a final state the end.
    package func setState(
        _ state: JobState, of id: Int, error: String? = nil, exitCode: Int? = nil, now: Date = .now
    ) throws(StudioError) {
        let text = HistoryDate.text(now)
        try write { database in
            try database.execute(
                sql: """
                    UPDATE job SET state = :state, error = :error, exit = :exit,
                      started = CASE WHEN :state = 'running' THEN :now ELSE started END,
                      process = CASE :state WHEN 'running' THEN :process WHEN 'waiting' THEN :owner ELSE process END,
                      ended = CASE WHEN :final THEN :now ELSE NULL END
                    WHERE id = :id
                    """,
                arguments: [
                    "state": state.rawValue, "error": error, "exit": exitCode, "now": text, "final": state.isFinal,
                    "id": id,
                    "process": self.process.text, "owner": self.waitingOwner,
                ])
        }
    }

    package func record(_ step: StepRecord, of id: Int, peakBytes: Int? = nil) throws(StudioError) {
        try write { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO step(job, pass, n, count, sigma, calls, tokens, seconds, attention, linear,
                      bytes, x0_change, reused) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    id, step.pass.rawValue, step.number, step.count, Double(step.sigma), step.calls, step.tokens,
                    step.seconds, step.attention, step.linear, peakBytes, step.x0Change, step.isReused,
                ])
        }
    }

    /// A job begins anew.
    func forgetSteps(of id: Int) throws(StudioError) {
        try write { database in
            for table in ["step", "stage", "guess"] {
                try database.execute(sql: "DELETE FROM \(table) WHERE job = ?", arguments: [id])
            }
        }
    }

    package func record(_ stage: StageRecord, of id: Int) throws(StudioError) {
        try write { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO stage(job, name, part, seconds, work, warm) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [id, stage.stage.rawValue, stage.part, stage.seconds, stage.work, stage.isWarm])
        }
    }

    /// A file stands under its final name.
    package func addOutput(_ output: OutputRecord) throws(StudioError) {
        try write { database in
            try database.execute(
                sql: "DELETE FROM output WHERE job = ? AND path = ? AND kind <> 'planned'",
                arguments: [output.job, output.path])
            try database.execute(
                sql: "INSERT INTO output(job, path, bytes, sha256, kind) VALUES (?, ?, ?, ?, ?)",
                arguments: [output.job, output.path, output.bytes, output.sha256, output.kind])
        }
    }

    /// Marks a job done, with what is known only at its end.
    package func finish(
        _ id: Int, recipe: RecipeDocument, seconds: Double, memory: MemoryMargin.Peak? = nil, now: Date = .now
    ) throws(StudioError) {
        let text = recipe.json()
        try write { database in
            try database.execute(
                sql: """
                    UPDATE job SET state = 'done', recipe = ?, seed = ?, precision = ?, weights_hash = ?, seconds = ?,
                      ended = ?, error = NULL, planned_bytes = ?, peak_bytes = ? WHERE id = ?
                    """,
                arguments: [
                    text, Int64(recipe.recipe.seed), recipe.precisionText, recipe.weightsSHA256, seconds,
                    HistoryDate.text(now), memory?.plannedBytes, memory?.bytes, id,
                ])
            try database.execute(
                sql: "UPDATE guess SET real = ? WHERE job = ? AND real IS NULL", arguments: [seconds, id])
        }
    }

    /// What an earlier run of a job has guessed never comes true: another run goes on from where it ended.
    func forgetOpenGuesses(of id: Int) throws(StudioError) {
        try write { try $0.execute(sql: "DELETE FROM guess WHERE job = ? AND real IS NULL", arguments: [id]) }
    }

    /// Stores a prediction beside which the truth will stand.
    package func recordGuess(_ guess: TimeEstimate, of id: Int, atPercent percent: Int) throws(StudioError) {
        try write { database in
            try database.execute(
                sql: "INSERT INTO guess(job, at_percent, seconds, low, high) VALUES (?, ?, ?, ?, ?)",
                arguments: [id, percent, guess.seconds, guess.low, guess.high])
        }
    }

    /// The places of the jobs that wait.
    package func setOrder(_ jobs: [Int]) throws(StudioError) {
        try write { database in
            for (index, id) in jobs.enumerated() {
                try database.execute(sql: "UPDATE job SET position = ? WHERE id = ?", arguments: [Double(index), id])
            }
        }
    }

    /// A job will write its clip elsewhere.
    package func setPlannedOutput(_ output: JobOutput, of id: Int) throws(StudioError) {
        try write { database in
            try database.execute(sql: "DELETE FROM output WHERE job = ? AND kind = 'planned'", arguments: [id])
            try database.execute(
                sql: "INSERT INTO output(job, path, bytes, crf, kind) VALUES (?, ?, 0, ?, 'planned')",
                arguments: [id, output.file.path(percentEncoded: false), output.crf])
        }
    }

    /// Jobs left running by a process that is gone become `stopped`, and so do those that waited in it alone. Jobs that
    /// wait in the worker's queue go on waiting.
    ///
    /// - Returns: their numbers.
    @discardableResult
    package func markAbandoned(now: Date = .now) throws(StudioError) -> [Int] {
        try write { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT id, process FROM job WHERE state IN ('running', 'stopping')
                      OR (state = 'waiting' AND process IS NOT NULL) ORDER BY id
                    """)
            let gone = rows.filter { row in
                let process: String? = row["process"]
                return !ProcessIdentity(text: process ?? "").isAlive
            }
            let ids: [Int] = gone.map { $0["id"] }
            for id in ids {
                try database.execute(
                    sql: "UPDATE job SET state = 'stopped', error = 'the engine ended', ended = ? WHERE id = ?",
                    arguments: [HistoryDate.text(now), id])
            }
            return ids
        }
    }
}
