import Foundation
import TerminalKit
import VideoIO

/// The terminal while a clip plays: taken as the studio takes it, so that it is given back whole however this ends.
final class PlayerScreen {
    private static let clear = ControlBytes.hideCursor + "\u{1B}[2J"

    private let capabilities: TerminalCapabilities
    private let encoder: (any PictureEncoder)?
    private let terminal: Terminal
    private let input: PlayerInput
    private var size: TerminalSize
    private var shown: ShownPicture?

    /// Takes the terminal, to show `rate` frames a second as far as it keeps up.
    ///
    /// - Throws: `TerminalError` where the terminal cannot be had.
    init(_ probe: TerminalProbe.Result, rate: Double) throws {
        capabilities = probe.capabilities
        encoder = PictureEncoders.encoder(
            for: capabilities, imageIDs: ImageIDs(processID: ProcessInfo.processInfo.processIdentifier))
        terminal = try Terminal()
        size = terminal.size
        input = PlayerInput(size, rate: rate, isPaced: probe.answers.isComplete)
        let screen = try Screen(terminalName: terminal.name, size: size, isUTF8: TerminalLocale.prepare()) { _ in .mono
        }
        let input = input
        terminal.setReceiver { input.take($0) }
        try terminal.start(screen.description, usesMouse: false)
        terminal.write(Self.clear)
    }

    var wish: PlayerInput.Wish { input.wish }

    /// Puts the terminal back as it was; a signal that asked for the end then has its way.
    func close() {
        if let shown { terminal.write(encoder?.erase(shown, background: .terminal) ?? []) }
        if case .end(let signal) = wish { terminal.die(bySignal: signal) }
        terminal.finish()
    }

    /// Stops the program as a shell expects it, and comes back with an empty screen.
    func suspend() throws {
        if let shown { terminal.write(encoder?.erase(shown, background: .terminal) ?? []) }
        _ = try terminal.suspend()
        shown = nil
        terminal.write(Self.clear)
        input.goOn(terminal.size)
    }

    /// Draws a frame as large as the screen allows, if the terminal has shown the last one.
    func show(_ frame: VideoFrame) {
        guard input.mayShow else { return }
        if input.size != size {
            size = input.size
            shown = nil
            terminal.write(Self.clear)
        }
        // The last row and column stay free: some terminals scroll behind them.
        let area = Rect(x: 0, y: 0, width: size.columns - 1, height: size.rows - 1)
        let rect = PictureLayout.fit(width: frame.width, height: frame.height, in: area, cell: capabilities.cell)
        guard !rect.isEmpty else { return }
        let picture = PixelFrame(width: frame.width, height: frame.height, pixels: frame.pixels)
        terminal.write(bytes(of: picture, in: rect) + Array(ControlBytes.readyQuestion.utf8))
        input.noteSent()
    }

    private func bytes(of picture: PixelFrame, in rect: Rect) -> [UInt8] {
        guard let encoder else { return text(of: picture, in: rect) }
        let encoded = encoder.encode(picture, in: rect, over: shown)
        shown = encoded.shown
        var cells: [UInt8] = []
        if capabilities.usesPlaceholders, let id = encoded.shown.imageID {
            cells = KittyPlaceholders.bytes(id: id, in: rect)
        }
        return OutputFrame.bytes(
            before: encoded.beforeText, text: cells, picture: encoded.bytes, showsCursor: false,
            isSynchronized: capabilities.usesSynchronizedUpdates)
    }

    private func text(of picture: PixelFrame, in rect: Rect) -> [UInt8] {
        var canvas = Canvas(width: rect.width, height: rect.height, borders: .ascii)
        AsciiPicture.draw(
            picture, on: &canvas, in: canvas.bounds, hasDarkText: capabilities.hasLightBackground == true)
        let rows = canvas.lines.enumerated().map { ControlBytes.move(x: rect.x, y: rect.y + $0.offset) + $0.element }
        return Array(rows.joined().utf8)
    }
}
