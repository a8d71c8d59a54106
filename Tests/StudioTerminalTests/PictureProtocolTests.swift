import Foundation
import TerminalKit
import TestSupport
import Testing

extension StudioScenarios {
    /// Pictures of pixels, as the bytes of them: the terminal is played by the test.
    @Suite(.serialized) struct PictureProtocols {
        private static let sixelStart = "\u{1B}P0;1;0q"
        private static let end = "\u{1B}\\"

        @Test("22: sixel pictures are whole, inside their rectangle, and leave the cursor where it was")
        func sixel() throws {
            let studio = try PlayedStudio(answers: PlayedStudio.sixel, columns: 120, rows: 40)
            try studio.makeDraft()
            try studio.wait("sixel") { studio.text.contains(Self.sixelStart) }
            studio.terminal.forget()
            studio.type(" in the snow")
            try studio.wait("frames") { studio.text.components(separatedBy: Self.sixelStart).count > 6 }
            let area = try #require(try studio.report().preview.area)
            let text = studio.text
            // A picture may be on its way at either end.
            let pictures = text.components(separatedBy: Self.sixelStart).dropFirst().dropLast()
            for picture in pictures {
                let body = try #require(picture.components(separatedBy: Self.end).first)
                #expect(!body.contains("\u{1B}"), "a picture is not ended")
                let size = try #require(body.firstMatch(of: /^"1;1;(\d+);(\d+)/))
                let (width, height) = (try #require(Int(size.1)), try #require(Int(size.2)))
                #expect(width <= area.width * 8 && height <= area.height * 16 && height.isMultiple(of: 6))
                #expect(
                    picture.dropFirst(body.count + Self.end.count).hasPrefix("\u{1B}8"), "the cursor is not put back")
            }
            for before in text.components(separatedBy: Self.sixelStart).dropLast() {
                // Hidden where it was shown, and moved to the picture's corner.
                #expect(before.suffix(24).contains("\u{1B}7"), "the cursor is not kept")
            }
            #expect(!text.contains("\u{1B}[2J"))
        }

        @Test(
            "22: a sixel frame of the running studio, read back from its trace, is the draft's frame at 25 dB and more")
        func sixelQuality() throws {
            let trace = FileManager.default.temporaryDirectory.appending(path: "turbo2k-trace-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: trace) }
            let studio = try PlayedStudio(
                answers: PlayedStudio.sixel, columns: 120, rows: 40, options: ["--trace-bytes", trace.path],
                environment: ["TURBO2K_GRAPHICS": "sixel"])
            try studio.makeDraft()
            studio.type("\u{1B}")
            try studio.wait("out of the prompt", forReport: { $0.focus == "params" })
            studio.type("3 ,")
            try studio.wait("a still frame", forReport: { !$0.preview.isPlaying && $0.preview.frame != nil })
            // Everything is drawn again: the last picture of the trace is whole and of this frame.
            studio.terminal.forget()
            studio.type("\u{C}")
            try studio.see(Self.sixelStart)
            let frame = try #require(try studio.report().preview.frame)
            let bytes = [UInt8](try Data(contentsOf: trace))
            let start = try #require(Self.lastPlace(of: Array(Self.sixelStart.utf8), in: bytes[...]))
            let body = bytes[(start + Self.sixelStart.utf8.count)...]
            let end = try #require(body.firstIndex(of: 0x1B))
            let picture = SixelPicture(body[..<end])
            #expect(picture.faults.isEmpty && picture.width > 100)
            let clip = studio.home.appending(path: "data/jobs/1/clip.mp4").path
            let decoded = try Self.frame(frame - 1, of: clip, width: 512, height: 288)
            let wanted = decoded.scaled(width: picture.width, height: picture.height)
            let error = zip(wanted.pixels, picture.pixels).reduce(0.0) { sum, pair in
                sum + pow(Double(pair.0) - Double(pair.1), 2)
            }
            let quality = 10 * log10(255 * 255 * Double(wanted.pixels.count) / error)
            #expect(quality >= 25, "\(quality) dB")
        }

        private static func lastPlace(of wanted: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
            bytes.indices.reversed().first { bytes[$0] == wanted[0] && bytes[$0...].starts(with: wanted) }
        }

        /// A frame of a clip, by another program.
        private static func frame(_ index: Int, of clip: String, width: Int, height: Int) throws -> PixelFrame {
            let file = FileManager.default.temporaryDirectory.appending(path: "turbo2k-frame-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: file) }
            let made = try TmuxStudio.run(
                "ffmpeg",
                [
                    "-v", "error", "-i", clip, "-vf", "select=eq(n\\,\(index))", "-frames:v", "1", "-f", "rawvideo",
                    "-pix_fmt", "rgb24", file.path,
                ], environment: [:])
            try #require(made.status == 0)
            return PixelFrame(width: width, height: height, pixels: [UInt8](try Data(contentsOf: file)))
        }

        @Test("22: with pictures off there are none, but words for them")
        func off() throws {
            let studio = try PlayedStudio(answers: PlayedStudio.sixel, environment: ["TURBO2K_GRAPHICS": "off"])
            studio.type("a fox\r")
            try studio.see("draft 1 saved")
            // What stood there before is not sent again; a repaint is.
            try studio.wait("the draft's clip", forReport: { $0.preview.frames == 25 })
            studio.type("\u{C}")
            try studio.see("Clip of 512x288 pixels")
            try studio.see("movement.")
            studio.terminal.run(for: .milliseconds(500))
            // The one string of this kind is a question.
            #expect(studio.text.components(separatedBy: "\u{1B}P").dropFirst().allSatisfy { $0.hasPrefix("+q524742") })
        }

        @Test("22: help over a sixel picture blanks it, and Esc brings it back")
        func covered() throws {
            let studio = try PlayedStudio(answers: PlayedStudio.sixel, columns: 120, rows: 40)
            try studio.makeDraft()
            studio.type("\u{1B}OP")
            try studio.wait("help", forReport: { $0.dialogs == ["help"] })
            // What was sent before is still on its way.
            var count = -1
            try studio.wait("silence") {
                defer { count = studio.terminal.byteCount }
                studio.terminal.run(for: .milliseconds(200))
                return count == studio.terminal.byteCount
            }
            studio.terminal.forget()
            studio.terminal.run(for: .seconds(1))
            #expect(!studio.text.contains("\u{1B}P"), "a picture is drawn over the dialog")
            studio.type("\u{1B}")
            try studio.see(Self.sixelStart)
        }

        @Test("23: kitty pictures in cells: two ids that alternate, no others deleted, no answers asked")
        func kitty() throws {
            let studio = try PlayedStudio(answers: PlayedStudio.kitty(named: "ghostty 1.1.3"))
            try studio.makeDraft()
            try studio.wait("frames") { Self.commands(studio.text).filter { $0["a"] == "T" }.count > 8 }
            #expect(studio.text.contains("\u{10EEEE}\u{305}\u{305}"), "no placeholders")
            let commands = Self.commands(studio.text).filter { $0["i"] != "31" && $0["i"] != "32" }
            let ids = Set(commands.compactMap { $0["i"] })
            #expect(ids.count == 2)
            // A new picture never takes the id of the one on the screen.
            var shown: Set<String> = []
            for command in commands {
                guard let id = command["i"] else { continue }
                if command["a"] == "T" { #expect(shown.insert(id).inserted) }
                if command["a"] == "d" { shown.remove(id) }
            }
            #expect(commands.allSatisfy { $0["q"] == "2" })
            #expect(commands.filter { $0["a"] == "T" }.allSatisfy { $0["U"] == "1" })
            #expect(commands.filter { $0["a"] == "d" }.allSatisfy { $0["d"] == "I" && ids.contains($0["i"] ?? "") })
            studio.terminal.forget()
            #expect(try studio.quit() == 0)
            try studio.wait("all it wrote") { studio.terminal.isClosed }
            let last = Self.commands(studio.text).filter { $0["a"] == "d" }.compactMap { $0["i"] }
            #expect(Set(last).isSuperset(of: ids), "pictures are left behind")
        }

        @Test("13: kitty gets the frames of a clip once and plays them by itself, and stops with the studio's clip")
        func keptFrames() throws {
            let studio = try PlayedStudio(answers: PlayedStudio.kitty(named: "kitty(0.26.5)"))
            try studio.makeDraft()
            func newest() -> ArraySlice<[String: String]> {
                let commands = Self.commands(studio.text)
                return commands.lastIndex { $0["a"] == "T" }.map { commands[$0...] } ?? []
            }
            try studio.wait("it plays by itself") { newest().contains { $0["s"] == "3" } }
            let commands = newest()
            let start = try #require(commands.firstIndex { $0["s"] == "3" })
            #expect(commands.filter { $0["a"] == "f" }.count < 25, "frames are sent again")
            #expect(commands.allSatisfy { $0["q"] == "2" })
            // A clip of a second takes as long there.
            let gaps = commands[..<start].compactMap { $0["z"].flatMap(Int.init) }.filter { $0 > 0 }
            #expect((1000...1100).contains(gaps.reduce(0, +)), "\(gaps)")
            // From here a round costs one command, which keeps it in step.
            studio.terminal.forget()
            try studio.wait("some rounds") { Self.commands(studio.text).count > 2 }
            let later = Self.commands(studio.text)
            #expect(later.allSatisfy { $0["a"] == "a" && $0["c"] != nil && $0["s"] == nil }, "\(later)")
            studio.type("\u{1B}")
            try studio.wait("out of the prompt", forReport: { $0.focus == "params" })
            studio.terminal.forget()
            studio.type("3 ")
            try studio.wait("it stops") { Self.commands(studio.text).contains { $0["s"] == "1" } }
            studio.type(" ")
            try studio.wait("it goes on") { Self.commands(studio.text).contains { $0["s"] == "3" } }
            // Nobody looks.
            studio.terminal.forget()
            studio.type("\u{1B}[O")
            try studio.wait("it stops") { Self.commands(studio.text).contains { $0["s"] == "1" } }
        }

        @Test("24: a terminal that answers nothing is usable, with half-blocks")
        func silent() throws {
            let studio = try PlayedStudio(answers: [])
            studio.type("a fox\r")
            try studio.see("draft 1 saved")
            try studio.see("▀")
            let report = try studio.report()
            #expect(report.preview.graphics.hasPrefix("half") && report.prompt == "a fox")
        }

        @Test("24: answers that come late improve the picture, and nothing is typed")
        func late() throws {
            let answer = "\u{1B}]11;rgb:0000/0000/0000\u{1B}\\\u{1B}[6;16;8t\u{1B}[?62;4;22c"
            let studio = try PlayedStudio(answers: [
                AnsweringTerminal.Answer(to: "\u{1B}[c", answer, after: .seconds(3)),
                AnsweringTerminal.Answer(to: "\u{1B}[5n", "\u{1B}[0n"),
            ])
            studio.type("a fox\r")
            try studio.see("▀")
            try studio.see(Self.sixelStart)
            let report = try studio.report()
            #expect(report.preview.graphics == "sixel" && report.prompt == "a fox")
        }

        @Test("25: a terminal that is ready after half a second gets at most two frames a second")
        func pacing() throws {
            let studio = try PlayedStudio(answers: AnsweringTerminal.plainAnswers(readyAfter: .milliseconds(500)))
            try studio.makeDraft()
            studio.terminal.forget()
            let start = ContinuousClock.now
            studio.terminal.run(for: .seconds(4))
            try studio.wait("a frame") { studio.text.contains(ControlBytes.readyQuestion) }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            let frames = studio.text.components(separatedBy: ControlBytes.readyQuestion).count - 1
            #expect(frames > 0 && Double(frames) <= 2 * seconds + 1, "\(frames) in \(seconds) s")
        }

        @Test("25: keys come to the screen while a frame waits for its answer")
        func keysGoFirst() throws {
            // The question is never answered.
            let studio = try PlayedStudio(answers: [AnsweringTerminal.Answer(to: "\u{1B}[c", "\u{1B}[?62c")])
            try studio.makeDraft()
            for letter in "ßþđ" {
                try studio.wait("a frame under way") { studio.text.contains(ControlBytes.readyQuestion) }
                studio.terminal.forget()
                studio.type(String(letter))
                try studio.see(String(letter))
            }
        }

        /// The keys of each command of the kitty graphics protocol; chunks that go on a picture are left out.
        private static func commands(_ text: String) -> [[String: String]] {
            text.components(separatedBy: "\u{1B}_G").dropFirst().compactMap { part in
                let keys = part.prefix { $0 != ";" && $0 != "\u{1B}" }.split(separator: ",").map {
                    $0.split(separator: "=")
                }
                let pairs = keys.filter { $0.count == 2 }.map { (String($0[0]), String($0[1])) }
                let command = Dictionary(pairs) { first, _ in first }
                return command["i"] == nil ? nil : command
            }
        }
    }
}
