package import Foundation
import GRDB

extension History {
    package func setStar(_ isStarred: Bool, of id: Int) throws(StudioError) {
        try update(id, "star = ?", [isStarred])
    }

    package func setNote(_ note: String, of id: Int) throws(StudioError) {
        try update(id, "note = ?", [TextCleaning.cleaned(note)])
    }

    package func addTag(_ name: String, to id: Int) throws(StudioError) {
        _ = try job(id)
        try write {
            try $0.execute(
                sql: "INSERT OR IGNORE INTO tag(job, name) VALUES (?, ?)", arguments: [id, TextCleaning.oneLine(name)])
        }
    }

    package func removeTag(_ name: String, from id: Int) throws(StudioError) {
        try write { try $0.execute(sql: "DELETE FROM tag WHERE job = ? AND name = ?", arguments: [id, name]) }
    }

    /// Moves a job to the trash; its files stay until the trash is emptied.
    package func trash(_ id: Int, now: Date = .now) throws(StudioError) {
        let record = try job(id)
        guard record.state.isFinal else {
            throw .badValue("Job \(id) is \(record.state.rawValue); stop it before you trash it.")
        }
        try update(id, "trashed = ?", [HistoryDate.text(now)])
    }

    package func restore(_ id: Int) throws(StudioError) {
        try update(id, "trashed = NULL", [])
    }

    /// Looks for every output file and notes which are gone and which are back.
    package func noticeMissingOutputs() throws(StudioError) {
        let paths = try read {
            try Row.fetchAll($0, sql: "SELECT rowid, path, gone FROM output WHERE kind <> 'planned'")
        }
        let changed = paths.filter { row in
            let isGone: Bool = row["gone"]
            return FileManager.default.fileExists(atPath: row["path"]) == isGone
        }
        guard !changed.isEmpty else { return }
        let ids: [Int64] = changed.map { $0["rowid"] }
        try write { database in
            for id in ids {
                try database.execute(sql: "UPDATE output SET gone = 1 - gone WHERE rowid = ?", arguments: [id])
            }
        }
    }

    private func update(_ id: Int, _ assignment: String, _ values: [any DatabaseValueConvertible]) throws(StudioError) {
        _ = try job(id)
        let arguments = StatementArguments(values) + [id]
        try write { try $0.execute(sql: "UPDATE job SET \(assignment) WHERE id = ?", arguments: arguments) }
    }
}
