import GRDB
package import Generation

extension History {
    /// The measured times a prediction may rest on: same machine, threads, precision and program version.
    ///
    /// The hash of weights is known only once they are loaded: those of the newest job with the model's name count.
    package func estimator(
        for recipe: Recipe, machine: Machine = .current, criticalTokens: Double? = nil
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
        let (steps, stages) = try read { database in
            let steps = try Row.fetchAll(
                database, sql: "SELECT job, tokens, calls, seconds FROM step WHERE job IN (\(sql))",
                arguments: arguments)
            let stages = try Row.fetchAll(
                database,
                sql: "SELECT job, name, work, sum(seconds) AS seconds FROM stage WHERE job IN (\(sql)) "
                    + "GROUP BY job, name", arguments: arguments)
            return (steps, stages)
        }
        return TimeEstimator(
            steps: steps.map {
                .init(run: $0["job"], tokens: $0["tokens"], calls: $0["calls"], seconds: $0["seconds"])
            },
            stages: stages.compactMap { row in
                Stage(rawValue: row["name"]).map {
                    .init(run: row["job"], stage: $0, work: row["work"], seconds: row["seconds"])
                }
            },
            criticalTokens: criticalTokens ?? 17_000)
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
}
