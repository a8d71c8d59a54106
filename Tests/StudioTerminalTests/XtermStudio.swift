import Foundation

/// The studio in a real xterm with sixel, on a display that nobody sees; its pixels can be looked at.
final class XtermStudio {
    /// A picture of the window: 8 bits a channel, rows from the top.
    struct Shot {
        var width: Int
        var height: Int
        var pixels: [UInt8]

        /// Whether a cell of the terminal looks the same in both.
        func hasSame(_ cell: ScreenFacts.Point, as other: Shot, columns: Int, rows: Int) -> Bool {
            bytes(of: cell, columns: columns, rows: rows) == other.bytes(of: cell, columns: columns, rows: rows)
        }

        /// How many colours the pixels of some cells have.
        func colorCount(in area: ScreenFacts.Area, columns: Int, rows: Int) -> Int {
            var colors: Set<Int> = []
            for y in area.y..<area.y + area.height {
                for x in area.x..<area.x + area.width {
                    let bytes = bytes(of: .init(x: x, y: y), columns: columns, rows: rows)
                    for index in stride(from: 0, to: bytes.count, by: 3) {
                        colors.insert(Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2]))
                    }
                }
            }
            return colors.count
        }

        func bytes(of cell: ScreenFacts.Point, columns: Int, rows: Int) -> [UInt8] {
            let (cellWidth, cellHeight) = (width / columns, height / rows)
            var bytes: [UInt8] = []
            for y in cell.y * cellHeight..<(cell.y + 1) * cellHeight {
                let start = (y * width + cell.x * cellWidth) * 3
                bytes += pixels[start..<start + cellWidth * 3]
            }
            return bytes
        }
    }

    let columns = 120
    let rows = 40
    /// For its files, and to run the program beside it.
    let studio: TmuxStudio
    private let display: Process
    private let terminal: Process
    private var environment: [String: String]
    private var window = ""

    /// Opens the studio; waits until it has its window.
    init(_ beginning: String = "") throws {
        studio = try TmuxStudio()
        let number: Int
        (display, number) = try Self.startDisplay()
        environment = ["DISPLAY": ":\(number)"]
        terminal = Process()
        terminal.executableURL = URL(filePath: "/usr/bin/xterm")
        terminal.arguments =
            ["-ti", "vt340", "-fa", "DejaVu Sans Mono", "-fs", "9", "-geometry", "\(columns)x\(rows)", "-b", "0"]
            + ["-bg", "black", "-fg", "grey90", "-xrm", "XTerm*numColorRegisters: 256", "-e", "sh", "-c"]
            + [
                "TERM=xterm-256color; export TERM; "
                    + (try studio.command(options: "--clock fixed")).replacing(
                        "TERM=tmux-256color", with: "TERM=xterm-256color")
            ]
        terminal.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            .filter { $0.key != "TMUX" }
        try terminal.run()
        try studio.waitOutside("the window") {
            window =
                try run("xdotool", "search", "--onlyvisible", "--class", "xterm").split(separator: "\n").last
                .map(String.init) ?? ""
            return !window.isEmpty
        }
        try studio.waitOutside("the studio") { (try? studio.report()) != nil }
        _ = try run("xdotool", "windowfocus", window)
    }

    deinit {
        _ = try? studio.turbo2k("__quit")
        // Started with the signal mask of a dispatch thread, they may not hear anything gentler.
        for process in [terminal, display] {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    /// A display and its number. Two that start at once may want the same one, and only one of them gets it.
    private static func startDisplay() throws -> (Process, number: Int) {
        for _ in 0..<10 {
            let pipe = Pipe()
            let display = Process()
            display.executableURL = URL(filePath: "/usr/bin/Xvfb")
            display.arguments = ["-displayfd", "1", "-screen", "0", "1600x1100x24", "-nolisten", "tcp"]
            display.standardOutput = pipe
            display.standardError = FileHandle.nullDevice
            try display.run()
            let told = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
            let number = Int(told.trimmingCharacters(in: .whitespacesAndNewlines))
            if let number,
                (try? TmuxStudio.run("xdotool", ["getmouselocation"], environment: ["DISPLAY": ":\(number)"]))?.status
                    == 0
            {
                return (display, number)
            }
            kill(display.processIdentifier, SIGKILL)
            display.waitUntilExit()
        }
        throw TmuxStudio.Failure(description: "Xvfb does not start")
    }

    func type(_ text: String) throws { _ = try run("xdotool", "type", "--delay", "20", "--", text) }

    func key(_ names: String...) throws { _ = try run("xdotool", ["key", "--delay", "20"] + names) }

    func shot() throws -> Shot {
        let file = studio.home.appending(path: "shot.ppm")
        _ = try run("import", "-window", window, "-depth", "8", "ppm:\(file.path)")
        let data = [UInt8](try Data(contentsOf: file))
        // P6, width, height and the largest value, each ended by one blank.
        var fields: [Int] = []
        var start = 3
        while fields.count < 3 {
            let end = data[start...].firstIndex { $0 == 0x20 || $0 == 0x0A } ?? data.endIndex
            fields.append(Int(String(decoding: data[start..<end], as: UTF8.self)) ?? 0)
            start = end + 1
        }
        return Shot(width: fields[0], height: fields[1], pixels: Array(data[start...]))
    }

    /// A picture of the window when it has stopped changing.
    func settledShot() throws -> Shot {
        var last = try shot()
        for _ in 0..<100 {
            Thread.sleep(forTimeInterval: 0.25)
            let next = try shot()
            if next.pixels == last.pixels { return next }
            last = next
        }
        return last
    }

    private func run(_ program: String, _ arguments: String...) throws -> String { try run(program, arguments) }

    private func run(_ program: String, _ arguments: [String]) throws -> String {
        try TmuxStudio.run(program, arguments, environment: environment).output
    }
}
