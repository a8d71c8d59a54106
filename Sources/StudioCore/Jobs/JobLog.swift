import Foundation
import Generation

/// A job's own log: what happened to it, in its folder, for as long as that is kept.
package struct JobLog {
    package static let name = "job.log"

    private let file: URL

    init(folder: URL) { file = folder.appending(path: Self.name) }

    /// What matters later; previews and blocks do not.
    func note(_ event: GenerationEvent) {
        switch event {
        case .stageStarted(let stage, _): write("\(stage.rawValue) begins")
        case .stageCached(let stage): write("\(stage.rawValue) is there already")
        case .stepFinished(let step):
            let change = step.x0Change.map { ", estimate changed by \(Int(($0 * 100).rounded())) %" } ?? ""
            let reuse = step.isReused ? ", reused" : ""
            write(
                "\(step.pass.rawValue) step \(step.number) of \(step.count), \(DurationText.step(step.seconds))"
                    + "\(reuse)\(change), \(ByteText.short(step.residentBytes)) in memory")
        case .stageFinished(let stage, let seconds): write("\(stage.rawValue) took \(DurationText.step(seconds))")
        case .outputWritten(let file, let bytes):
            write("wrote \(file.path(percentEncoded: false)), \(ByteText.short(bytes))")
        case .noted(let text): write(text)
        case .finished(let result): write("done in \(DurationText.step(result.seconds))")
        case .blockFinished, .partsFinished, .preview, .stateSaved: break
        }
    }

    /// A line; where it cannot be written the job goes on without.
    func write(_ text: String) {
        let line = "\(HistoryDate.text(.now)) \(TextCleaning.oneLine(text))\n"
        let descriptor = open(file.path(percentEncoded: false), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let bytes = Array(line.utf8)
        _ = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
    }
}
