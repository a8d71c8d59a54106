import ArgumentParser
import Foundation
import StudioCore
import Synchronization
import TerminalKit
import VideoIO

struct PlayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Play a clip in the terminal. Ctrl-C, q or Esc ends it.",
        discussion: "Where the terminal does not keep up, frames are left out and the clip keeps its speed.")

    @Argument(help: "Any file FFmpeg decodes, or a folder of PNG files.", completion: .file())
    var file: String

    @Option(help: "auto, or how pictures are shown: kitty, iterm, sixel, half, quadrant, ascii, ...")
    var graphics: String?

    @Option(help: ArgumentHelp("Frames per second; the clip's own by default.", valueName: "rate"))
    var fps: Double?

    @Flag(help: "Begin again at the end.")
    var loop = false

    func run() async throws {
        var wishes = TerminalCapabilities.Wishes()
        wishes.graphics = try Choice.graphics(graphics)
        let rate = try fps.map { try Values.inRange($0, 0.1...240, "--fps") }
        let path = Workplace().paths.expanding(file).path(percentEncoded: false)
        // A terminal shows no more pixels than this, and reducing while decoding saves most of the work.
        let reader = try VideoReader(path: path, maximumSize: (width: 1280, height: 1280))
        guard Output.resultIsTerminal, isatty(STDIN_FILENO) == 1, var probe = TerminalProbe.ask(wishes) else {
            throw Failure.Exit(code: 2, description: "Playing a clip needs a terminal that is not \"dumb\".")
        }
        if probe.capabilities.usesPlaceholders {
            // Placeholders need the studio's own screen; half blocks do not.
            wishes.graphics = .half
            probe = TerminalProbe.ask(wishes) ?? probe
        }
        guard probe.capabilities.graphics != .off else {
            throw Failure.Exit(code: 2, description: "Pictures are off; choose how to show them with --graphics.")
        }
        try await play(reader, rate: rate ?? reader.frameRate.framesPerSecond, on: probe.capabilities)
    }

    private func play(_ reader: VideoReader, rate: Double, on capabilities: TerminalCapabilities) async throws {
        let stop = StopSwitch()
        Signals.onStop { stop.turn() }
        let screen = PlayerScreen(capabilities)
        defer {
            screen.close()
            Signals.onStop(nil)
        }
        let start = ContinuousClock.now
        var index = 0
        while !stop.isTurned, !screen.wantsToLeave() {
            guard let frame = try reader.nextFrame() else {
                guard loop, index > 0 else { break }
                try reader.rewind()
                continue
            }
            let due = start + .seconds(Double(index) / rate)
            index += 1
            // A frame that is late by more than its own time is left out.
            if ContinuousClock.now > due + .seconds(1 / rate), index % 30 != 0 { continue }
            screen.show(frame)
            try await Task.sleep(until: due + .seconds(1 / rate))
        }
    }
}

/// Turned once, from any thread.
private final class StopSwitch: Sendable {
    private let state = Mutex(false)

    var isTurned: Bool { state.withLock { $0 } }

    func turn() { state.withLock { $0 = true } }
}
