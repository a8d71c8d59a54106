import Foundation
import GRDB
import Generation
import StudioCore
import Testing

@Suite("Histories of earlier versions")
struct HistoryMigrationTests {
    @Test("A history of the first version goes on, with a copy of what it was")
    func firstVersion() throws {
        let folder = try TestFolder()
        let paths = folder.paths
        do {
            let history = try History(paths: paths)
            let document = RecipeDocument(recipe: Samples.recipe("kept"), kind: .draft)
            _ = try history.add(NewJob(kind: .draft, recipe: document, state: .done))
        }
        do {
            // As the first version left it.
            let queue = try DatabaseQueue(path: paths.historyFile.path)
            try queue.writeWithoutTransaction { database in
                for column in [
                    "exit", "batch", "batch_index", "batch_count", "batch_label", "planned_bytes", "peak_bytes",
                ] {
                    try database.execute(sql: "ALTER TABLE job DROP COLUMN \(column)")
                }
                try database.execute(sql: "ALTER TABLE step DROP COLUMN reused")
                try database.execute(sql: "DELETE FROM grdb_migrations WHERE identifier <> 'v1'")
            }
        }
        let history = try History(paths: paths)
        #expect(try history.job(1).words == "kept")
        #expect(try history.job(1).exitCode == nil)
        try history.setState(.failed, of: 1, error: "no", exitCode: 6)
        #expect(try history.job(1).exitCode == 6)
        try history.setState(.running, of: 1)
        #expect(try history.job(1).exitCode == nil)
        #expect(FileManager.default.fileExists(atPath: paths.historyFile.path + ".before-after-v1"))
        #expect(try history.integrity() == "ok")
    }

    @Test("A clip's recipe makes a row, once for each file")
    func adopting() throws {
        let folder = try TestFolder()
        let history = try History(paths: folder.paths)
        let made = Date(timeIntervalSince1970: 1_700_000_000)
        let document = RecipeDocument(
            recipe: Samples.recipe("found again", seed: 5), kind: .commit, made: made, seconds: 12)
        let file = folder.url.appending(path: "a.mp4")
        try Data(count: 99).write(to: file)
        let id = try #require(try history.adopt(file, document))
        let job = try history.job(id)
        #expect(job.state == .done && job.kind == .commit && job.seed == 5 && job.made == made && job.seconds == 12)
        #expect(try history.outputs(of: id).map(\.bytes) == [99])
        #expect(try history.adopt(file, document) == nil)
        #expect(try history.adopt(folder.url.appending(path: "b.mp4"), document) == id + 1)
    }
}
