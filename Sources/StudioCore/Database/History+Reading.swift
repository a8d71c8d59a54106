import Foundation
import GRDB
package import Generation

extension History {
    /// - Throws: ``StudioError/noSuchJob(_:)``.
    package func job(_ id: Int) throws(StudioError) -> JobRecord {
        let row = try read { try Row.fetchOne($0, sql: Self.select + " WHERE job.id = ?", arguments: [id]) }
        guard let row, let job = Self.job(row) else { throw .noSuchJob(id) }
        return job
    }

    /// Newest first.
    package func jobs(_ filter: HistoryFilter = HistoryFilter()) throws(StudioError) -> [JobRecord] {
        let (conditions, arguments) = Self.conditions(filter)
        var sql = Self.select + " WHERE " + conditions.joined(separator: " AND ") + " ORDER BY job.id DESC"
        if let limit = filter.limit { sql += " LIMIT \(max(limit, 0))" }
        let statement = sql
        let rows = try read { try Row.fetchAll($0, sql: statement, arguments: arguments) }
        return rows.compactMap(Self.job)
    }

    /// Jobs that wait or run in any program, in the order in which they will run.
    package func openJobs() throws(StudioError) -> [JobRecord] {
        let sql =
            Self.select + """
                 WHERE job.state IN ('waiting', 'running', 'stopping')
                ORDER BY job.state = 'waiting', job.position, job.id
                """
        return try read { try Row.fetchAll($0, sql: sql) }.compactMap(Self.job)
    }

    /// Jobs that wait in the queue and in no program, in the order in which they will run.
    package func queuedJobs() throws(StudioError) -> [JobRecord] {
        let sql = Self.select + " WHERE job.state = 'waiting' AND job.process IS NULL ORDER BY job.position, job.id"
        return try read { try Row.fetchAll($0, sql: sql) }.compactMap(Self.job)
    }

    /// In the order in which they ran.
    package func steps(of id: Int) throws(StudioError) -> [StepRecord] {
        let rows = try read {
            try Row.fetchAll($0, sql: "SELECT * FROM step WHERE job = ? ORDER BY pass = 'hr', n", arguments: [id])
        }
        return rows.compactMap(Self.step)
    }

    package func stages(of id: Int) throws(StudioError) -> [StageRecord] {
        let rows = try read { try Row.fetchAll($0, sql: "SELECT * FROM stage WHERE job = ?", arguments: [id]) }
        let stages = rows.compactMap { row -> StageRecord? in
            guard let stage = Stage(rawValue: row["name"]) else { return nil }
            return StageRecord(
                stage: stage, part: row["part"], seconds: row["seconds"], work: row["work"], isWarm: row["warm"])
        }
        let order = Stage.allCases
        return stages.sorted {
            (order.firstIndex(of: $0.stage) ?? 0, $0.part) < (order.firstIndex(of: $1.stage) ?? 0, $1.part)
        }
    }

    package func outputs(of id: Int) throws(StudioError) -> [OutputRecord] {
        let rows = try read {
            try Row.fetchAll(
                $0, sql: "SELECT * FROM output WHERE job = ? AND kind <> 'planned' ORDER BY rowid", arguments: [id])
        }
        return rows.map { row in
            OutputRecord(
                job: row["job"], path: row["path"], bytes: row["bytes"], sha256: row["sha256"], kind: row["kind"],
                isGone: row["gone"])
        }
    }

    /// Where a job was going to write.
    package func plannedOutput(of id: Int) throws(StudioError) -> JobOutput? {
        let row = try read {
            try Row.fetchOne($0, sql: "SELECT * FROM output WHERE job = ? AND kind = 'planned'", arguments: [id])
        }
        return row.map { JobOutput(file: URL(filePath: $0["path"]), crf: $0["crf"]) }
    }

    package func tags(of id: Int) throws(StudioError) -> [String] {
        try read { try String.fetchAll($0, sql: "SELECT name FROM tag WHERE job = ? ORDER BY name", arguments: [id]) }
    }

    /// Of all jobs that have any.
    package func tagsByJob() throws(StudioError) -> [Int: [String]] {
        let rows = try read { try Row.fetchAll($0, sql: "SELECT job, name FROM tag ORDER BY job, name") }
        var tags: [Int: [String]] = [:]
        for row in rows { tags[row["job"], default: []].append(row["name"]) }
        return tags
    }

    /// Newest first.
    package func prompts(limit: Int = 500) throws(StudioError) -> [PromptRecord] {
        let rows = try read {
            try Row.fetchAll($0, sql: "SELECT * FROM prompt ORDER BY last DESC, id DESC LIMIT ?", arguments: [limit])
        }
        return rows.map { row in
            PromptRecord(
                text: row["text"], negative: row["negative"] ?? "",
                lastUsed: HistoryDate.date(row["last"] ?? "") ?? .distantPast, useCount: row["uses"])
        }
    }

    private static let select = """
        SELECT job.*, EXISTS(SELECT 1 FROM job AS commits
          WHERE commits.parent = job.id AND commits.kind = 'commit' AND commits.state = 'done') AS has_commit
        FROM job
        """

    private static func conditions(_ filter: HistoryFilter) -> ([String], StatementArguments) {
        var conditions = [filter.isTrash ? "job.trashed IS NOT NULL" : "job.trashed IS NULL", "job.state <> 'removed'"]
        var arguments = StatementArguments()
        func require(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
            conditions.append(condition)
            arguments += [value]
        }
        if !filter.words.isEmpty {
            require("job.id IN (SELECT rowid FROM job_text WHERE job_text MATCH ?)", searchPattern(filter.words))
        }
        if let seed = filter.seed { require("job.seed = ?", Int64(seed)) }
        if let size = filter.size {
            require("job.width = ?", size.width)
            require("job.height = ?", size.height)
        }
        if let model = filter.model { require("job.model = ?", model) }
        if let tag = filter.tag { require("job.id IN (SELECT job FROM tag WHERE name = ?)", tag) }
        if let day = filter.day { require("substr(job.made, 1, 10) = ?", day) }
        if let kind = filter.kind { require("job.kind = ?", kind.rawValue) }
        if let next = filter.before { require("job.id < ?", next) }
        if filter.isStarred { conditions.append("job.star = 1") }
        if filter.hasCommit { conditions.append("has_commit = 1") }
        if !filter.states.isEmpty {
            let names = filter.states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
            conditions.append("job.state IN (\(names))")
        }
        return (conditions, arguments)
    }

    /// Every word as a quoted prefix, so that nothing typed is taken for an operator of the search language.
    private static func searchPattern(_ words: [String]) -> String {
        words.map { "\"\($0.replacing("\"", with: "\"\""))\"*" }.joined(separator: " ")
    }

    private static func step(_ row: Row) -> StepRecord? {
        guard let pass = Pass(rawValue: row["pass"]) else { return nil }
        let sigma: Double = row["sigma"]
        return StepRecord(
            pass: pass, number: row["n"], count: row["count"], sigma: Float(sigma), seconds: row["seconds"],
            attention: row["attention"], linear: row["linear"], tokens: row["tokens"], calls: row["calls"],
            x0Change: row["x0_change"], isReused: row["reused"])
    }

    private static func batch(_ row: Row) -> JobBatch? {
        guard let id: Int = row["batch"] else { return nil }
        return JobBatch(
            id: id, index: row["batch_index"] ?? 0, count: row["batch_count"] ?? 1, label: row["batch_label"] ?? "")
    }

    private static func job(_ row: Row) -> JobRecord? {
        let text: String = row["recipe"]
        guard let kind = GenerationResult.Kind(rawValue: row["kind"]), let state = JobState(rawValue: row["state"]),
            let recipe = try? RecipeDocument(json: text)
        else { return nil }
        func date(_ column: String) -> Date? { (row[column] as String?).flatMap(HistoryDate.date) }
        let seed: Int64 = row["seed"]
        return JobRecord(
            id: row["id"], kind: kind, parent: row["parent"], state: state, recipe: recipe, recipeText: text,
            words: row["words"], seed: UInt32(clamping: seed),
            size: VideoSize(width: row["width"], height: row["height"]), frames: row["frames"], fps: row["fps"],
            model: row["model"], weightsHash: row["weights_hash"], made: date("made") ?? .distantPast,
            started: date("started"), ended: date("ended"), seconds: row["seconds"], isStarred: row["star"],
            trashed: date("trashed"), note: row["note"], error: row["error"],
            exitCode: row["exit"], folder: URL(filePath: (row["folder"] as String?) ?? ""),
            hasCommit: row["has_commit"],
            batch: batch(row))
    }
}
