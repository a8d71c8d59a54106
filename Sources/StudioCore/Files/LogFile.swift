package import Foundation
import Logging
import Synchronization

/// Sends log messages to `turbo2k.log`, since the screen belongs to results.
package enum LogFile {
    /// Begins logging; a file that cannot be opened only loses the log.
    package static func start(_ file: URL) {
        let folder = file.deletingLastPathComponent()
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let descriptor = open(file.path(percentEncoded: false), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        let name = ProcessInfo.processInfo.environment["TURBO2K_LOG"] ?? ""
        let level = Logger.Level(rawValue: name.lowercased()) ?? .info
        isStarted.withLock { isStarted in
            guard !isStarted else { return }
            isStarted = true
            LoggingSystem.bootstrap { label in Handler(label: label, descriptor: descriptor, logLevel: level) }
        }
    }

    /// What only somebody who looks for a fault wants to know: written with `TURBO2K_LOG=debug`.
    package static func debug(_ text: @autoclosure () -> String, from label: String) {
        Logger(label: label).debug("\(text())")
    }

    private static let isStarted = Mutex(false)

    private struct Handler: LogHandler {
        let label: String
        let descriptor: Int32
        var logLevel: Logger.Level
        var metadata: Logger.Metadata = [:]

        init(label: String, descriptor: Int32, logLevel: Logger.Level) {
            self.label = label
            self.descriptor = descriptor
            self.logLevel = logLevel
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            guard descriptor >= 0 else { return }
            let text = TextCleaning.oneLine(event.message.description)
            let bytes = Array("\(HistoryDate.text(.now)) \(event.level) \(label): \(text)\n".utf8)
            // One write a line: appended whole, also beside another program's lines.
            _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        }
    }
}
