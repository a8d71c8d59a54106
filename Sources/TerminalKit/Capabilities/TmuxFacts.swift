import Foundation

/// What tmux says about itself and the terminal outside. Its options are never changed by us.
package struct TmuxFacts: Equatable, Sendable {
    /// tmux itself draws sixel, and the client's terminal has it.
    package var hasSixel: Bool
    package var allowsPassthrough: Bool
    /// The client's terminal is one that knows the kitty graphics protocol with placeholders. tmux hands on no answers,
    /// so its name is all there is.
    package var isKittyOutside: Bool

    /// The client's terminal is kitty itself, which keeps the frames of a clip.
    package var isRealKitty: Bool

    package static let none = TmuxFacts(answer: "")

    /// From the answer to ``questionFormat``, fields between `|`.
    package init(answer: String) {
        let fields = answer.trimmingCharacters(in: .whitespacesAndNewlines).split(
            separator: "|", omittingEmptySubsequences: false)
        func field(_ index: Int) -> Substring { fields.indices.contains(index) ? fields[index] : "" }
        hasSixel = field(0) == "1" && field(1).split(separator: ",").contains("sixel")
        allowsPassthrough = ["on", "all", "1"].contains(field(2))
        isKittyOutside = ["xterm-kitty", "xterm-ghostty"].contains(field(3))
        isRealKitty = field(3) == "xterm-kitty"
    }

    package static let questionFormat =
        "#{sixel_support}|#{client_termfeatures}|#{allow-passthrough}|#{client_termname}"

    /// Asks the tmux that owns this terminal; ``none`` where there is no answer. Blocks for some milliseconds.
    package static func ask() -> TmuxFacts {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["tmux", "display", "-p", questionFormat]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        do { try process.run() } catch { return .none }
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return .none }
        return TmuxFacts(answer: String(decoding: answer, as: UTF8.self))
    }
}
