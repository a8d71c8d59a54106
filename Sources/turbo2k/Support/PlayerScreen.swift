import Foundation
import TerminalKit
import VideoIO

/// The terminal while a clip plays: its second screen, without cursor and echo, and pictures on it.
final class PlayerScreen {
    private let capabilities: TerminalCapabilities
    private let encoder: (any PictureEncoder)?
    private let saved: termios?
    private var size: TerminalSize
    private var shown: ShownPicture?

    init(_ capabilities: TerminalCapabilities) {
        self.capabilities = capabilities
        encoder = PictureEncoders.encoder(
            for: capabilities, imageIDs: ImageIDs(processID: ProcessInfo.processInfo.processIdentifier))
        size = Self.size()
        var settings = termios()
        saved = tcgetattr(STDIN_FILENO, &settings) == 0 ? settings : nil
        settings.c_lflag &= ~tcflag_t(ECHO | ICANON)
        if saved != nil { tcsetattr(STDIN_FILENO, TCSANOW, &settings) }
        // Stopped in the middle, the shell would be left on our screen.
        signal(SIGTSTP, SIG_IGN)
        Output.content("\u{1B}[?1049h" + ControlBytes.hideCursor + Self.clear)
    }

    private static let clear = "\u{1B}[2J"

    /// Puts the terminal back as it was.
    func close() {
        if let shown { Output.bytes(encoder?.erase(shown, background: .terminal) ?? []) }
        Output.content(ControlBytes.plainStyle + ControlBytes.showCursor + "\u{1B}[?1049l")
        signal(SIGTSTP, SIG_DFL)
        guard var saved else { return }
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved)
    }

    /// Draws a frame as large as the screen allows.
    func show(_ frame: VideoFrame) {
        let now = Self.size()
        if now != size {
            size = now
            shown = nil
            Output.content(Self.clear)
        }
        // The last row and column stay free: some terminals scroll behind them.
        let area = Rect(x: 0, y: 0, width: size.columns - 1, height: size.rows - 1)
        let rect = PictureLayout.fit(width: frame.width, height: frame.height, in: area, cell: capabilities.cell)
        guard !rect.isEmpty else { return }
        let picture = PixelFrame(width: frame.width, height: frame.height, pixels: frame.pixels)
        guard let encoder else { return showText(picture, rect) }
        let encoded = encoder.encode(picture, in: rect, over: shown)
        shown = encoded.shown
        Output.bytes(
            OutputFrame.bytes(
                text: [], picture: encoded.bytes, showsCursor: false,
                isSynchronized: capabilities.usesSynchronizedUpdates))
    }

    private func showText(_ picture: PixelFrame, _ rect: Rect) {
        var canvas = Canvas(width: rect.width, height: rect.height, borders: .ascii)
        AsciiPicture.draw(
            picture, on: &canvas, in: canvas.bounds, hasDarkText: capabilities.hasLightBackground == true)
        let rows = canvas.lines.enumerated().map { ControlBytes.move(x: rect.x, y: rect.y + $0.offset) + $0.element }
        Output.content(rows.joined())
    }

    /// Whether `q` or Esc was typed.
    func wantsToLeave() -> Bool {
        var request = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&request, 1, 0) > 0 else { return false }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = bytes.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
        // A closed terminal ends the clip too. Escape sequences begin with Esc but go on behind it.
        guard count > 0 else { return true }
        return bytes[0] == UInt8(ascii: "q") || (bytes[0] == 0x1B && count == 1)
    }

    private static func size() -> TerminalSize {
        var window = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return .fallback
        }
        return TerminalSize(
            columns: Int(window.ws_col), rows: Int(window.ws_row), pixelWidth: Int(window.ws_xpixel),
            pixelHeight: Int(window.ws_ypixel))
    }
}
