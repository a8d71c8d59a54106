import Foundation
import TerminalKit
import Testing

private let modes = ModeStrings(enterScreen: "", leaveScreen: "", showCursor: "", keypadOff: "")

private func encoder(
    _ mode: GraphicsMode, answers: String = "", variables: [String: String] = [:], tmux: String = ""
) throws -> any PictureEncoder {
    var wishes = TerminalCapabilities.Wishes()
    wishes.graphics = mode
    var told = TerminalAnswers()
    var decoder = KeyDecoder()
    for case .answer(let answer) in decoder.feed(Array(answers.utf8)) { told.note(answer) }
    let capabilities = TerminalCapabilities(
        answers: told,
        environment: TerminalEnvironment(variables.merging(["TERM": "xterm-256color"]) { first, _ in first }),
        description: TerminalDescription(colorCount: 256, hasDirectColor: false, modes: modes), size: .fallback,
        isUTF8: true, tmux: TmuxFacts(answer: tmux), wishes: wishes)
    return try #require(PictureEncoders.encoder(for: capabilities, imageIDs: ImageIDs(processID: 7)))
}

/// The commands of the kitty graphics protocol in some bytes: their keys, and what they carry.
private func commands(_ bytes: [UInt8]) -> [(keys: [String: String], payload: String)] {
    String(decoding: bytes, as: UTF8.self).components(separatedBy: "\u{1B}_G").dropFirst().map { part in
        let body = part.components(separatedBy: "\u{1B}\\")[0].split(separator: ";", maxSplits: 1)
        let keys = body[0].split(separator: ",").map { $0.split(separator: "=").map(String.init) }
        return (Dictionary(uniqueKeysWithValues: keys.map { ($0[0], $0[1]) }), body.count > 1 ? String(body[1]) : "")
    }
}

struct KittyTests {
    private let rect = Rect(x: 2, y: 3, width: 20, height: 6)
    private let ids = ImageIDs(processID: 7)

    @Test("A frame is sent in chunks, placed, and never answered")
    func transmission() throws {
        let frame = testFrame(width: 160, height: 96)
        let encoded = try encoder(.kitty).encode(frame, in: rect, over: nil)
        #expect(String(decoding: encoded.bytes, as: UTF8.self).hasPrefix("\u{1B}[4;3H\u{1B}_G"))
        let sent = commands(encoded.bytes)
        let deletion = try #require(sent.last)
        #expect(deletion.keys == ["a": "d", "d": "I", "i": String(ids.second), "q": "2"])
        let chunks = sent.dropLast()
        #expect(chunks.count > 2)
        #expect(chunks.allSatisfy { $0.keys["q"] == "2" && $0.payload.utf8.count <= 4096 })
        #expect(chunks.dropLast().allSatisfy { $0.keys["m"] == "1" && $0.payload.utf8.count % 4 == 0 })
        #expect(chunks.last?.keys["m"] == "0")
        let first = try #require(chunks.first?.keys)
        #expect(first["a"] == "T" && first["f"] == "24" && first["c"] == "20" && first["r"] == "6")
        #expect(first["s"] == "160" && first["v"] == "96")
        let data = try #require(Data(base64Encoded: chunks.map(\.payload).joined()))
        #expect([UInt8](data) == frame.pixels)
    }

    @Test("Two ids alternate, and only they are deleted")
    func alternation() throws {
        let encoder = try encoder(.kitty)
        var shown: ShownPicture?
        var sent: [String] = []
        var deleted: [String] = []
        for time in 0..<4 {
            let encoded = encoder.encode(testFrame(width: 32, height: 18, time: time), in: rect, over: shown)
            shown = encoded.shown
            for command in commands(encoded.bytes) {
                if command.keys["a"] == "T" { sent.append(command.keys["i"] ?? "") }
                if command.keys["a"] == "d" {
                    deleted.append(command.keys["i"] ?? "")
                    #expect(command.keys["d"] == "I")
                }
            }
        }
        let (a, b) = (String(ids.first), String(ids.second))
        #expect(sent == [a, b, a, b])
        #expect(deleted == [b, a, b, a])
        let last = try #require(shown)
        #expect(commands(encoder.erase(last, background: .terminal)).map { $0.keys["i"] } == [b])
    }

    @Test("In tmux the picture goes through, and stands in cells")
    func placeholders() throws {
        let encoder = try encoder(
            .kitty, answers: "\u{1B}P>|tmux 3.4\u{1B}\\", variables: ["TMUX": "/tmp/t,1,0"], tmux: "0||on|xterm-ghostty"
        )
        let encoded = encoder.encode(testFrame(width: 64, height: 36), in: rect, over: nil)
        let text = String(decoding: encoded.beforeText, as: UTF8.self)
        #expect(text.hasPrefix("\u{1B}Ptmux;\u{1B}\u{1B}_G"))
        #expect(text.contains("U=1"))
        // Inside the wrapping every ESC is doubled; taking that away must leave whole commands.
        let wrapped = text.components(separatedBy: "\u{1B}Ptmux;").dropFirst()
        let inner = wrapped.map { $0.replacing("\u{1B}\u{1B}", with: "\u{1}").replacing("\u{1B}\\", with: "") }
        #expect(inner.allSatisfy { $0.hasPrefix("\u{1}_G") && $0.hasSuffix("\u{1}\\") })
        #expect(String(decoding: encoded.bytes, as: UTF8.self).hasPrefix("\u{1B}Ptmux;\u{1B}\u{1B}_Ga=d"))
        var canvas = Canvas(width: 30, height: 12)
        canvas.reservePicture(rect)
        canvas.write("dialog", x: 10, y: 5)
        KittyPlaceholders.draw(id: ids.first, on: &canvas, in: rect)
        #expect(canvas[2, 3].text == "\u{10EEEE}\u{305}\u{305}")
        #expect(canvas[4, 3].text == "\u{10EEEE}\u{305}\u{30E}")
        #expect(canvas[2, 8].text == "\u{10EEEE}\u{33D}\u{305}")
        #expect(canvas[2, 3].style.foreground == .palette(UInt8(ids.first)))
        #expect(canvas[22, 3] == .blank)
        #expect(canvas[10, 5].text == "d" && canvas[16, 5].text.unicodeScalars.first == "\u{10EEEE}")
    }

    @Test("Far cells of a placeholder picture have the marks of the protocol's list")
    func marks() {
        var canvas = Canvas(width: 300, height: 1)
        canvas.reservePicture(canvas.bounds)
        KittyPlaceholders.draw(id: 17, on: &canvas, in: canvas.bounds)
        #expect(canvas[296, 0].text == "\u{10EEEE}\u{305}\u{1D244}")
        #expect(canvas[297, 0].text == "\u{A0}")
        #expect(canvas[54, 0].text == "\u{10EEEE}\u{305}\u{610}")
    }

    @Test(
        "Who has placeholders and keeps frames is known by name",
        arguments: [
            ("kitty(0.26.5)", false, true), ("kitty(0.31.0)", true, true), ("ghostty 1.1.3", true, false),
            ("WezTerm 20240203", false, false), ("Konsole 22.12.3", false, false),
        ])
    func brands(name: String, hasPlaceholders: Bool, keepsFrames: Bool) throws {
        let encoder = try encoder(.kitty, answers: "\u{1B}P>|\(name)\u{1B}\\\u{1B}_Gi=31;OK\u{1B}\\")
        let first = encoder.encode(
            testFrame(width: 32, height: 18), at: ClipPlace(clip: 1, index: 0), in: rect, over: nil)
        #expect(first.beforeText.isEmpty == !hasPlaceholders)
        let second = encoder.encode(
            testFrame(width: 32, height: 18, time: 1), at: ClipPlace(clip: 1, index: 1), in: rect, over: first.shown)
        let actions = commands(second.beforeText + second.bytes).compactMap { $0.keys["a"] }
        #expect(actions == (keepsFrames ? ["f", "a"] : ["T", "d"]))
    }

    @Test("A terminal that keeps frames gets each once, and the next clip under the other id")
    func keptFrames() throws {
        let encoder = try encoder(.kitty, answers: "\u{1B}P>|kitty(0.26.5)\u{1B}\\\u{1B}_Gi=31;OK\u{1B}\\")
        var shown: ShownPicture?
        var sizes: [Int] = []
        var numbers: [String] = []
        for (clip, index) in [(1, 4), (1, 6), (1, 4), (1, 6), (2, 6)] {
            let frame = testFrame(width: 64, height: 36, time: index)
            let encoded = encoder.encode(frame, at: ClipPlace(clip: clip, index: index), in: rect, over: shown)
            shown = encoded.shown
            sizes.append(encoded.bytes.count)
            numbers += commands(encoded.bytes).filter { $0.keys["a"] == "a" }.compactMap { $0.keys["c"] }
            #expect(commands(encoded.bytes).allSatisfy { $0.keys["q"] == "2" })
        }
        #expect(numbers == ["2", "1", "2"])
        #expect(sizes[0] > 5000 && sizes[1] > 5000 && sizes[2] < 40 && sizes[3] < 40 && sizes[4] > 5000)
        #expect(shown?.imageID == ids.second)
    }

    /// What a clip of 24 frames costs a terminal that keeps frames, of which every second one is sent.
    private struct Film {
        let encoder: any PictureEncoder
        let rect: Rect
        var shown: ShownPicture?

        mutating func name(_ index: Int, clip: Int = 1) -> [[String: String]] {
            let encoded = encoder.encode(
                testFrame(width: 32, height: 18, time: index), at: ClipPlace(clip: clip, index: index), in: rect,
                over: shown)
            shown = encoded.shown
            return commands(encoded.bytes).map(\.keys)
        }

        mutating func play(_ index: Int, fps: Double = 24, clip: Int = 1) -> [[String: String]]? {
            let tempo = ClipTempo(frameCount: 24, framesPerSecond: fps)
            guard let shown,
                let played = encoder.play(from: ClipPlace(clip: clip, index: index), tempo, rate: 12, over: shown)
            else { return nil }
            self.shown = played.shown
            return commands(played.bytes).map(\.keys)
        }
    }

    @Test("A terminal that has a round of a clip plays it by itself at its true speed, until it is told to stop")
    func playsByItself() throws {
        let encoder = try encoder(.kitty, answers: "\u{1B}P>|kitty(0.26.5)\u{1B}\\\u{1B}_Gi=31;OK\u{1B}\\")
        var film = Film(encoder: encoder, rect: rect)
        let id = String(ids.first)
        for index in stride(from: 4, to: 24, by: 2) {
            _ = film.name(index)
            #expect(film.play(index) == nil, "a round is not complete at \(index)")
        }
        _ = film.name(0)
        _ = film.name(2)
        // The second round begins between two frames of the first.
        let played = film.play(5)
        let start = try #require(played)
        #expect(start.dropLast().allSatisfy { $0["a"] == "a" && $0["i"] == id && $0["q"] == "2" })
        #expect(start.dropLast().compactMap { $0["r"] } == (1...12).map(String.init))
        #expect(start.compactMap { $0["z"].flatMap(Int.init) }.reduce(0, +) == 1000)
        #expect(start.last == ["a": "a", "i": id, "s": "3", "v": "1", "c": "1", "q": "2"])
        #expect(film.shown?.tempo == ClipTempo(frameCount: 24, framesPerSecond: 24))
        // Kept in step, then at half the speed.
        #expect(film.play(0) == [["a": "a", "i": id, "c": "11", "q": "2"]])
        #expect(film.play(0, fps: 12)?.compactMap { $0["z"].flatMap(Int.init) }.reduce(0, +) == 2000)
        // A frame that was not in the round is shown, and never played.
        let still = film.name(7)
        #expect(still.first?["a"] == "f" && still.first?["z"] == "-1")
        #expect(still.last == ["a": "a", "i": id, "s": "1", "c": "13", "q": "2"])
        #expect(film.shown?.tempo == nil)
        #expect(film.play(8)?.count == 13)
        let held = try #require(film.shown.flatMap { encoder.hold($0) })
        #expect(commands(held.bytes).map(\.keys) == [["a": "a", "i": id, "s": "1", "q": "2"]])
        #expect(encoder.hold(held.shown) == nil)
        // Another clip is another film.
        _ = film.name(0, clip: 2)
        #expect(film.play(0, clip: 2) == nil)
    }

    @Test("What is no whole round is not played: jumps to and fro, or the few frames of a slow start")
    func incompleteRounds() throws {
        let encoder = try encoder(.kitty, answers: "\u{1B}P>|kitty(0.26.5)\u{1B}\\\u{1B}_Gi=31;OK\u{1B}\\")
        for order in [
            [0, 2, 4, 6, 8, 3, 10, 12, 14, 16, 18, 20, 22], [0, 6, 12, 18], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        ] {
            var film = Film(encoder: encoder, rect: rect)
            for index in order { _ = film.name(index) }
            #expect(film.play(0) == nil, "\(order)")
        }
        var other = Film(encoder: try direct(), rect: rect)
        for index in 0..<24 { _ = other.name(index) }
        #expect(other.play(0) == nil)
    }

    /// That of a terminal that keeps nothing.
    private func direct() throws -> any PictureEncoder { try encoder(.kitty) }

    @Test("A terminal on this machine gets pixels in shared memory")
    func sharedMemory() throws {
        let encoder = try encoder(.kitty, answers: "\u{1B}_Gi=31;OK\u{1B}\\\u{1B}_Gi=32;OK\u{1B}\\")
        let frame = testFrame(width: 160, height: 96)
        let command = try #require(commands(encoder.encode(frame, in: rect, over: nil).bytes).first)
        #expect(command.keys["t"] == "s" && command.keys["S"] == String(frame.pixels.count) && command.keys["q"] == "2")
        let name = String(decoding: try #require(Data(base64Encoded: command.payload)), as: UTF8.self)
        #expect(try Data(contentsOf: URL(filePath: "/dev/shm" + name)) == Data(frame.pixels))
        SharedMemory.removeAll()
        #expect(!FileManager.default.fileExists(atPath: "/dev/shm" + name))
    }

    @Test("Over ssh nothing is handed over in memory")
    func remoteMemory() throws {
        let encoder = try encoder(
            .kitty, answers: "\u{1B}_Gi=31;OK\u{1B}\\\u{1B}_Gi=32;OK\u{1B}\\", variables: ["SSH_TTY": "/dev/pts/1"])
        let sent = commands(encoder.encode(testFrame(width: 160, height: 96), in: rect, over: nil).bytes)
        #expect(sent.allSatisfy { $0.keys["t"] == nil })
    }

    @Test("Image ids are colours of the fixed palette, two by two", arguments: [0, 1, 118, 119, 4_194_303])
    func range(process: Int32) {
        let ids = ImageIDs(processID: process)
        #expect((17...254).contains(ids.first))
        #expect(ids.second == ids.first + 1)
        #expect(ids.second <= 255)
    }
}

struct ITermTests {
    @Test("A frame is a PNG file that says what it shows")
    func png() throws {
        let frame = testFrame(width: 160, height: 96)
        let bytes = try encoder(.iterm).encode(frame, in: Rect(x: 0, y: 0, width: 20, height: 6), over: nil).bytes
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("width=20;height=6") && text.hasSuffix("\u{7}"))
        let start = try #require(text.firstIndex(of: ":"))
        let file = try #require(Data(base64Encoded: String(text[text.index(after: start)...].dropLast())))
        #expect(text.contains("size=\(file.count);"))
        #expect([UInt8](file.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10])
        #expect(try pixels(of: [UInt8](file)) == frame.pixels)
    }

    /// Reads the stored blocks of the file's image data.
    private func pixels(of file: [UInt8]) throws -> [UInt8] {
        var position = 8
        var stream: [UInt8] = []
        while position < file.count {
            let length = file[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            let name = String(decoding: file[position + 4..<position + 8], as: UTF8.self)
            if name == "IDAT" { stream += file[position + 8..<position + 8 + length] }
            if name == "IEND" {
                // The checksum of an empty end chunk is the same in every PNG file.
                #expect(Array(file[position + 8..<position + 12]) == [0xAE, 0x42, 0x60, 0x82])
            }
            position += 12 + length
        }
        var rows: [UInt8] = []
        var at = 2
        var isLast = false
        while !isLast {
            isLast = stream[at] == 1
            let length = Int(stream[at + 1]) | Int(stream[at + 2]) << 8
            #expect(length ^ 0xFFFF == Int(stream[at + 3]) | Int(stream[at + 4]) << 8)
            rows += stream[at + 5..<at + 5 + length]
            at += 5 + length
        }
        #expect(stream.count == at + 4)
        return stride(from: 0, to: rows.count, by: 481).flatMap { rows[$0 + 1..<$0 + 481] }
    }
}
