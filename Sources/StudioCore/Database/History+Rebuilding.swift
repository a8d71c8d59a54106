package import Foundation
import GRDB

extension History {
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
