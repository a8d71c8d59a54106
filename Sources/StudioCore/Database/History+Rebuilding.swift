package import Foundation
import GRDB
import Generation

extension History {
    /// Makes rows for the drafts whose folders outlived a database, under their old numbers. New jobs get numbers behind
    /// every folder there is: one must never find another's state.
    ///
    /// - Returns: how many there are.
    func adoptFolders() -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: jobsFolder.path(percentEncoded: false))) ?? []
        let numbers = names.compactMap { Int($0) }.filter { $0 > 0 }.sorted()
        // A folder that cannot be read is one that was not found.
        let count = numbers.count { number in (try? adopt(folder: number)) ?? false }
        if let last = numbers.last { try? setNextNumber(last + 1) }
        return count
    }

    private func adopt(folder number: Int) throws -> Bool {
        let folder = jobsFolder.appending(path: String(number))
        let clip = folder.appending(path: "clip.mp4").path(percentEncoded: false)
        // A draft has its clip when it is done, and no other job has one there.
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: clip),
            let data = try? Data(contentsOf: folder.appending(path: "recipe.json")),
            let recipe = try? JSONDecoder().decode(Recipe.self, from: data), (try? RecipeLimits.check(recipe)) != nil
        else { return false }
        let made = attributes[.modificationDate] as? Date ?? .now
        let document = RecipeDocument(recipe: recipe, kind: .draft, preset: nil, made: made)
        try setNextNumber(number)
        _ = try add(NewJob(kind: .draft, recipe: document, state: .done, machine: "", threads: 0), now: made)
        return true
    }

    private func setNextNumber(_ number: Int) throws(StudioError) {
        try write { database in
            try database.execute(sql: "DELETE FROM sqlite_sequence WHERE name = 'job'")
            try database.execute(
                sql: "INSERT INTO sqlite_sequence(name, seq) VALUES ('job', ?)", arguments: [number - 1])
        }
    }

    /// Makes a row for a clip that carries its recipe and that the history does not know.
    ///
    /// The row tells of the clip and its settings; a commit of such a draft makes its latent again.
    ///
    /// - Returns: the job's number; nil where the file is known already, or shows a job that was never finished.
    package func adopt(_ file: URL, _ document: RecipeDocument, now: Date = .now) throws(StudioError) -> Int? {
        let path = file.standardizedFileURL.path(percentEncoded: false)
        let isKnown = try read {
            try Bool.fetchOne(
                $0, sql: "SELECT EXISTS(SELECT 1 FROM output WHERE path = ? AND kind <> 'planned')", arguments: [path])
        }
        guard isKnown != true, document.partial == nil else { return nil }
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let made = document.made ?? attributes?[.modificationDate] as? Date ?? now
        // Another machine may have made it.
        let job = NewJob(kind: document.kind, recipe: document, state: .done, machine: "", threads: 0)
        let id = try add(job, now: made)
        let bytes = attributes?[.size] as? Int ?? 0
        try addOutput(OutputRecord(job: id, path: path, bytes: bytes, sha256: nil, kind: "file"))
        if let seconds = document.seconds { try finish(id, recipe: document, seconds: seconds, now: made) }
        return id
    }
}
