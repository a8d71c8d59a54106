import GRDB
package import Generation

extension History {
    /// The measured times a prediction may rest on: same machine, threads, precision and program version.
    ///
    /// The hash of weights is known only once they are loaded: those of the newest job with the model's name count.
    package func estimator(
        for recipe: Recipe, machine: Machine = .current, plan: GenerationPlan? = nil
    ) throws(StudioError) -> TimeEstimator {
        let sql = """
            SELECT id FROM job WHERE state = 'done' AND model = ?1 AND machine = ?2 AND threads = ?3 AND build = ?4
              AND (?5 IS NULL OR precision = ?5) AND weights_hash IS
                (SELECT weights_hash FROM job WHERE state = 'done' AND model = ?1 ORDER BY id DESC LIMIT 1)
            ORDER BY id DESC LIMIT 200
            """
        let arguments: StatementArguments = [
            recipe.model, machine.name, machine.coreCount, Program.version,
            RecipeDocument(recipe: recipe, kind: .draft).precisionText,
        ]
        let (steps, stages, guesses) = try read { database in
            let steps = try Row.fetchAll(
                database,
                sql: """
                    SELECT step.job, tokens, calls, step.seconds, pass, n, count, reused,
                      json_extract(recipe, '$.' || pass || '.stepCache') AS cache,
                      json_extract(recipe, '$.' || pass || '.coverage') AS coverage
                    FROM step JOIN job ON job.id = step.job WHERE step.job IN (\(sql))
                    """,
                arguments: arguments)
            let stages = try Row.fetchAll(
                database,
                sql: "SELECT job, name, work, sum(seconds) AS seconds FROM stage WHERE job IN (\(sql)) "
                    + "GROUP BY job, name", arguments: arguments)
            let guesses = try Row.fetchAll(
                database,
                sql: "SELECT kind, at_percent, guess.seconds, real FROM guess JOIN job ON job.id = guess.job "
                    + "WHERE real > 0 AND guess.job IN (\(sql))", arguments: arguments)
            return (steps, stages, guesses)
        }
        return TimeEstimator(
            steps: steps.map(Self.timing),
            stages: stages.compactMap { row in
                Stage(rawValue: row["name"]).map {
                    .init(run: row["job"], stage: $0, work: row["work"], seconds: row["seconds"])
                }
            },
            criticalTokens: plan.flatMap(TimeEstimator.criticalTokens) ?? 17_000,
            stepCalls: plan.map { [.lr: $0.lrStepCalls, .hr: $0.hrStepCalls] } ?? [:],
            guesses: guesses.compactMap { row in
                GenerationResult.Kind(rawValue: row["kind"]).map {
                    .init(kind: $0, percent: row["at_percent"], seconds: row["seconds"], real: row["real"])
                }
            })
    }

    /// What plans of memory are to be multiplied with on this machine: learned from its newest twenty jobs.
    package func memoryMargin(_ machine: Machine = .current) throws(StudioError) -> MemoryMargin {
        let rows = try read {
            try Row.fetchAll(
                $0,
                sql: """
                    SELECT planned_bytes, peak_bytes FROM job
                    WHERE state = 'done' AND machine = ? AND planned_bytes > 0 ORDER BY id DESC LIMIT 20
                    """,
                arguments: [machine.name])
        }
        return MemoryMargin(rows.map { .init(plannedBytes: $0["planned_bytes"], bytes: $0["peak_bytes"]) })
    }

    private static func timing(_ row: Row) -> TimeEstimator.StepTiming {
        let (cache, coverage): (Double?, Double?) = (row["cache"], row["coverage"])
        let place = Pass(rawValue: row["pass"]).map { pass in
            TimeEstimator.PassPlace(
                pass: pass, number: row["n"], count: row["count"], stepCache: Float(cache ?? 0),
                coverage: Float(coverage ?? 1))
        }
        return .init(
            run: row["job"], tokens: row["tokens"], calls: row["calls"], seconds: row["seconds"], place: place,
            isReused: row["reused"])
    }

    /// How far predictions of whole jobs were off, by how much of the job was done: the median relative error.
    package func accuracy() throws(StudioError) -> [(percent: Int, medianError: Double, count: Int)] {
        let rows = try read {
            try Row.fetchAll($0, sql: "SELECT at_percent, seconds, real FROM guess WHERE real > 0 ORDER BY at_percent")
        }
        var errors: [Int: [Double]] = [:]
        for row in rows {
            let (seconds, real): (Double, Double) = (row["seconds"], row["real"])
            errors[row["at_percent"], default: []].append(abs(seconds - real) / real)
        }
        return errors.sorted { $0.key < $1.key }.map { percent, values in
            (percent, values.sorted()[values.count / 2], values.count)
        }
    }

    /// How long the pictures of estimates took beside the steps they were made between, as a share of the steps' time;
    /// nil without any.
    package func previewOverhead() throws(StudioError) -> (share: Double, jobs: Int)? {
        let row = try read { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT sum(preview.seconds) AS shown, count(DISTINCT preview.job) AS jobs,
                      (SELECT sum(seconds) FROM step WHERE job IN (SELECT job FROM stage WHERE name = 'preview')) AS steps
                    FROM stage AS preview WHERE name = 'preview'
                    """)
        }
        guard let row, let shown: Double = row["shown"], let steps: Double = row["steps"], steps > 0 else { return nil }
        return (shown / steps, row["jobs"])
    }

    /// Seconds that pictures of a job's estimates took; its own row of the stages' table.
    func recordPreviews(_ seconds: Double, count: Int, of id: Int) throws(StudioError) {
        try write { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO stage(job, name, part, seconds, work, warm)
                    VALUES (?, 'preview', 0, ?, ?, 0)
                    """,
                arguments: [id, seconds, count])
        }
    }
}
