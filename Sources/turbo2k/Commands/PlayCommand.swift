import ArgumentParser
import Foundation
import StudioCore
import TerminalKit
import VideoIO

struct PlayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Play a clip in the terminal. Ctrl-C, q or Esc ends it.",
        discussion: "Where the terminal does not keep up, frames are left out and the clip keeps its speed.")

    @Argument(help: "Any file FFmpeg decodes, or a folder of PNG files.", completion: .file())
    var file: String

    @Option(
        help: "auto, or how pictures are shown: kitty, iterm, sixel, half, quadrant, ascii, ...",
        completion: .list(Choice.graphicsNames))
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
            // Placeholders need the studio's own screen; outside tmux kitty pictures do without them.
            if probe.capabilities.kitty.isInTmux {
                wishes.graphics = .half
                probe = TerminalProbe.ask(wishes) ?? probe
            }
            probe.capabilities.kitty.usesPlaceholders = false
        }
        guard probe.capabilities.graphics != .off else {
            throw Failure.Exit(code: 2, description: "Pictures are off; choose how to show them with --graphics.")
        }
        try await play(reader, rate: rate ?? reader.frameRate.framesPerSecond, on: probe)
    }

    private func play(_ reader: VideoReader, rate: Double, on probe: TerminalProbe.Result) async throws {
        // The terminal has handlers of its own, which put it back first.
        Signals.release()
        let screen = try PlayerScreen(probe, rate: rate)
        defer { screen.close() }
        var start = ContinuousClock.now
        var index = 0
        while true {
            switch screen.wish {
            case .goOn: break
            case .leave, .end: return
            case .interrupt: throw ExitCode(130)
            case .suspend:
                let before = ContinuousClock.now
                try screen.suspend()
                start += ContinuousClock.now - before
            }
            guard let frame = try reader.nextFrame() else {
                guard loop, index > 0 else { return }
                try reader.rewind()
                continue
            }
            let due = start + .seconds(Double(index) / rate)
            index += 1
            // A frame that is late by more than its own time is left out.
            if ContinuousClock.now > due + .seconds(1 / rate), index % 30 != 0 { continue }
            screen.show(frame)
            try await Self.wait(until: due + .seconds(1 / rate), on: screen)
        }
    }

    /// Slow clips must not make keys wait.
    private static func wait(until end: ContinuousClock.Instant, on screen: PlayerScreen) async throws {
        while screen.wish == .goOn, ContinuousClock.now < end {
            try await Task.sleep(until: min(end, ContinuousClock.now + .milliseconds(50)))
        }
    }
}
