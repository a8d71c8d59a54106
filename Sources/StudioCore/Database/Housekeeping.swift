package import Foundation
package import Logging

/// What is done by itself, once a day at most: what the settings no longer keep goes, and files that were moved are noticed.
package enum Housekeeping {
    private static let pause = 86_400.0

    /// Waits for the disk.
    ///
    /// - Returns: whether it was time for it.
    @discardableResult
    package static func daily(
        _ history: History, _ settings: Settings, paths: StudioPaths, log: Logger = Logger(label: "housekeeping"),
        now: Date = .now
    ) -> Bool {
        let stamp = paths.state.appending(path: "housekeeping")
        let path = stamp.path(percentEncoded: false)
        let last = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
        guard last.map({ now.timeIntervalSince($0) >= pause }) ?? true else { return false }
        do {
            // First of all: two programs need not both do it.
            try FileManager.default.createDirectory(at: paths.state, withIntermediateDirectories: true)
            try Data().write(to: stamp)
            try history.noticeMissingOutputs()
            let report = try history.prune(settings, isDryRun: false, now: now)
            guard report != PruneReport() else { return true }
            log.notice(
                """
                cleaned up: jobs \(report.removedJobs) of the trash, latents of drafts \(report.thinnedDrafts), states of \
                jobs \(report.droppedStates): \(ByteText.short(report.freedBytes))
                """)
        } catch {
            log.warning("cleaning up failed: \(error)")
        }
        return true
    }
}
