package import Foundation
import GRDB
import Generation

/// What cleaning up removes, or would remove.
package struct PruneReport: Sendable, Equatable {
    /// Jobs in the trash longer than the settings keep them: gone with their folders.
    package var removedJobs: [Int] = []
    /// Drafts whose latent and embedding go; the clip and the row stay.
    package var thinnedDrafts: [Int] = []
    /// Unfinished jobs whose sampler state goes.
    package var droppedStates: [Int] = []
    package var freedBytes = 0
}

/// What the trash holds.
package struct TrashContents: Sendable, Equatable {
    package var jobCount: Int
    /// Of the jobs' folders; clips that were written elsewhere stay where they are.
    package var bytes: Int

    package init(jobCount: Int = 0, bytes: Int = 0) {
        self.jobCount = jobCount
        self.bytes = bytes
    }
}

extension History {
    /// Removes what the settings no longer keep: old trash, latents of old drafts without a star, old states.
    ///
    /// A dry run only reports. `emptiesTrash`: the trash goes as a whole, also what is new in it.
    package func prune(
        _ settings: Settings, isDryRun: Bool, emptiesTrash: Bool = false, now: Date = .now
    ) throws(StudioError) -> PruneReport {
        var report = PruneReport()
        let trashLimit = now.addingTimeInterval(-Double(settings.trashDays) * 86_400)
        for job in try trashed() where emptiesTrash || job.trashed.map({ $0 < trashLimit }) ?? false {
            report.removedJobs.append(job.id)
            report.freedBytes += Self.bytes(in: job.folder)
            if !isDryRun { try remove(job) }
        }
        let kept = try jobs()
        let drafts = kept.filter { $0.kind == .draft && $0.state == .done }
        for job in drafts.dropFirst(settings.keptDrafts) where !job.isStarred {
            let freed = try Self.removeFiles([DraftFolder.latentName], in: job.folder, isDryRun)
            if freed > 0 { report.thinnedDrafts.append(job.id) }
            report.freedBytes += freed
        }
        let stateLimit = now.addingTimeInterval(-Double(settings.stateDays) * 86_400)
        for job in kept where job.state != .done && job.state.isFinal && (job.ended ?? job.made) < stateLimit {
            let names = ["state.safetensors", "state-previous.safetensors"]
            let freed = try Self.removeFiles(names, in: job.folder, isDryRun)
            if freed > 0 { report.droppedStates.append(job.id) }
            report.freedBytes += freed
        }
        return report
    }

    /// What emptying the trash would free; looks at every file.
    package func trashContents() throws(StudioError) -> TrashContents {
        try trashed().reduce(into: TrashContents()) { contents, job in
            contents.jobCount += 1
            contents.bytes += Self.bytes(in: job.folder)
        }
    }

    /// Removes everything in the trash for good.
    ///
    /// - Returns: what was removed.
    @discardableResult
    package func emptyTrash() throws(StudioError) -> TrashContents {
        var freed = TrashContents()
        for job in try trashed() {
            let bytes = Self.bytes(in: job.folder)
            try remove(job)
            freed.jobCount += 1
            freed.bytes += bytes
        }
        return freed
    }

    private func trashed() throws(StudioError) -> [JobRecord] {
        var trash = HistoryFilter()
        trash.isTrash = true
        return try jobs(trash)
    }

    /// The row goes first: a folder without a row is waste, a row without a folder is a broken promise.
    private func remove(_ job: JobRecord) throws(StudioError) {
        try write { database in
            for table in ["step", "stage", "guess", "output", "tag"] {
                try database.execute(sql: "DELETE FROM \(table) WHERE job = ?", arguments: [job.id])
            }
            try database.execute(sql: "DELETE FROM job WHERE id = ?", arguments: [job.id])
        }
        // Only ever a folder of ours, whatever the row says.
        let parent = job.folder.standardizedFileURL.pathComponents.dropLast()
        guard Array(parent) == jobsFolder.standardizedFileURL.pathComponents,
            FileManager.default.fileExists(atPath: job.folder.path(percentEncoded: false))
        else { return }
        do {
            try FileManager.default.removeItem(at: job.folder)
        } catch {
            throw .cannotWrite("\(job.folder.path(percentEncoded: false)) cannot be removed; check its permissions.")
        }
    }

    private static func removeFiles(_ names: [String], in folder: URL, _ isDryRun: Bool) throws(StudioError) -> Int {
        var freed = 0
        for name in names {
            let file = folder.appending(path: name)
            let size = bytes(of: file)
            guard size > 0 else { continue }
            freed += size
            if isDryRun { continue }
            do {
                try FileManager.default.removeItem(at: file)
            } catch {
                throw .cannotWrite("\(file.path(percentEncoded: false)) cannot be removed; check its permissions.")
            }
        }
        return freed
    }

    private static func bytes(in folder: URL) -> Int {
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return files?.reduce(0) { $0 + (($1 as? URL).map(bytes(of:)) ?? 0) } ?? 0
    }

    private static func bytes(of file: URL) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path(percentEncoded: false))
        guard attributes?[.type] as? FileAttributeType == .typeRegular else { return 0 }
        return attributes?[.size] as? Int ?? 0
    }
}
