import Foundation
import GRDB
import Generation
import StudioCore
import Testing

/// A program that holds the history, as one does that updates it.
private final class Holder {
    private let queue: DatabaseQueue

    init(_ paths: StudioPaths, _ words: [String] = ["BEGIN IMMEDIATE"]) throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        queue = try DatabaseQueue(path: paths.historyFile.path, configuration: configuration)
        try queue.inDatabase { database in
            for word in words { try database.execute(sql: word) }
        }
    }

    func letGo() throws { try queue.inDatabase { try $0.execute(sql: "ROLLBACK") } }
}

@Suite("A history that another program holds")
struct HistoryLockTests {
    private let folder: TestFolder
    private var paths: StudioPaths { folder.paths }

    init() throws {
        folder = try TestFolder()
        let history = try History(paths: folder.paths)
        let document = RecipeDocument(recipe: Samples.recipe("kept"), kind: .draft)
        _ = try history.add(NewJob(kind: .draft, recipe: document, state: .done))
    }

    private func isBusy(_ body: () throws -> Void) -> Bool {
        do {
            try body()
            return false
        } catch {
            return (error as? StudioError)?.exitCode == 9
        }
    }

    @Test("It is read, not written, and written again once the other program is done")
    func readOnly() throws {
        let holder = try Holder(paths)
        #expect(isBusy { _ = try History(paths: paths, patience: .milliseconds(30)) })
        let history = try History(paths: paths, patience: .milliseconds(30), allowsReadOnly: true)
        #expect(history.isReadOnly)
        #expect(try history.jobs().map(\.words) == ["kept"])
        #expect(try history.memoryMargin().jobCount == 0)
        #expect(isBusy { try history.setStar(true, of: 1) })
        #expect(!history.becomeWritable() && history.isReadOnly)
        try holder.letGo()
        #expect(history.becomeWritable() && !history.isReadOnly)
        try history.setStar(true, of: 1)
        #expect(try History(paths: paths).job(1).isStarred)
    }

    @Test("Tables of an earlier version are read as they will be, while another program brings them up to date")
    func updating() throws {
        do {
            let queue = try DatabaseQueue(path: paths.historyFile.path)
            try queue.writeWithoutTransaction { database in
                for column in ["planned_bytes", "peak_bytes"] {
                    try database.execute(sql: "ALTER TABLE job DROP COLUMN \(column)")
                }
                try database.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = 'v5'")
            }
        }
        let lock = open(paths.historyFile.path + ".lock", O_RDWR | O_CREAT, 0o600)
        #expect(flock(lock, LOCK_EX) == 0)
        #expect(isBusy { _ = try History(paths: paths, patience: .milliseconds(30)) })
        let history = try History(paths: paths, patience: .milliseconds(30), allowsReadOnly: true)
        #expect(history.isReadOnly)
        #expect(try history.jobs().map(\.words) == ["kept"])
        #expect(try history.memoryMargin().factor == MemoryMargin.initialFactor)
        close(lock)
        #expect(history.becomeWritable())
        try history.setNote("seen", of: 1)
        #expect(try history.job(1).note == "seen")
    }

    @Test("What nobody may read is an error, not an empty history")
    func unreadable() throws {
        let holder = try Holder(paths, ["PRAGMA journal_mode = DELETE", "BEGIN EXCLUSIVE"])
        #expect(isBusy { _ = try History(paths: paths, patience: .milliseconds(30), allowsReadOnly: true) })
        try holder.letGo()
        #expect(try History(paths: paths).jobs().count == 1)
    }
}
