import Foundation
import StudioCore
import Testing

@Suite("Themes")
struct ThemeTests {
    private static let shipped = ThemeLibrary(
        shipped: TestFolder.repository.appending(path: "themes"), own: URL(filePath: "/nonexistent"))

    @Test("Six themes ship, terminal first, and read without a problem")
    func shippedThemes() {
        #expect(Self.shipped.problems == [])
        #expect(Self.shipped.entries.map(\.theme.name) == ["terminal", "contrast", "ember", "paper", "reef", "slate"])
        #expect(Self.shipped.entries.allSatisfy { !$0.theme.about.isEmpty })
    }

    @Test("Every shipped theme keeps its contrast in truecolor, 256 and 16 colours")
    func contrast() {
        for entry in Self.shipped.entries {
            for found in ThemeContrast.measure(entry.theme) where !found.passes {
                Issue.record(
                    """
                    \(entry.theme.name): \(found.foreground.rawValue) on \(found.background.rawValue) in \
                    \(found.depth.rawValue) colours is \(found.ratio ?? 0), needs \(found.least)
                    """)
            }
        }
    }

    @Test("The contrast theme asks for 7:1 and is measured against it")
    func highContrast() throws {
        let theme = try Self.shipped.theme(named: "contrast")
        #expect(theme.textContrast == 7)
        let text = ThemeContrast.measure(theme).filter { $0.foreground == .error }
        #expect(text.count == 3)
        #expect(text.allSatisfy { $0.least == 7 && ($0.ratio ?? 0) >= 7 })
    }

    @Test("A theme that cannot be read is found out")
    func lowContrast() {
        let theme = Theme(
            name: "faint", kind: .light,
            tokens: [
                .background: .init(hex: RGBColor(hex: "#ffffff"), ansi: .brightWhite),
                .text: .init(hex: RGBColor(hex: "#cccccc"), ansi: .yellow),
            ])
        let failures = ThemeContrast.measure(theme).filter { !$0.passes && $0.foreground == .text }
        #expect(failures.map(\.depth) == [.truecolor, .palette256, .ansi16])
        #expect(abs((failures[0].ratio ?? 0) - 1.606) < 0.01)
    }

    @Test("A token that fails is moved until it passes", arguments: [ColorDepth.truecolor, .palette256])
    func moved(depth: ColorDepth) throws {
        let theme = Theme(name: "dark", kind: .dark, tokens: [.text: .init(hex: RGBColor(hex: "#202830"))])
        let color: RGBColor
        switch ThemePalette(theme, depth: depth)[.text].color {
        case .rgb(let found): color = found
        case .indexed(let index): color = TerminalPalette.color(at: index)
        case .terminal: color = try #require(RGBColor(hex: "#000000"))
        }
        let black = try #require(RGBColor(hex: "#000000"))
        #expect(color.contrast(with: black) >= 4.5)
        #expect(color.contrast(with: black) < 6)
    }

    @Test("A token that passes stays as it is written")
    func unmoved() throws {
        let ember = try Self.shipped.theme(named: "ember")
        let palette = ThemePalette(ember, depth: .truecolor)
        for role in ThemeRole.allCases {
            guard let hex = ember.token(role).hex else { continue }
            #expect(palette[role].color == .rgb(hex), "\(role)")
        }
    }

    @Test("In 256 colours only the fixed part of the palette is used for exact colours")
    func fixedPalette() throws {
        for entry in Self.shipped.entries where entry.theme.name != "terminal" {
            let palette = ThemePalette(entry.theme, depth: .palette256)
            for role in ThemeRole.allCases where entry.theme.token(role).hex != nil {
                guard case .indexed(let index) = palette[role].color else {
                    Issue.record("\(entry.theme.name) \(role) is not an index")
                    continue
                }
                #expect((16...255).contains(index))
            }
        }
    }

    @Test("Mono uses no colour at all")
    func mono() throws {
        let palette = ThemePalette(try Self.shipped.theme(named: "reef"), depth: .mono)
        #expect(ThemeRole.allCases.allSatisfy { palette[$0].color == .terminal })
        #expect(palette[.title].isBold)
    }

    @Test(
        "Known colours reduce to their own cells of the cube",
        arguments: [
            (16, "#000000"), (231, "#ffffff"),
            (196, "#ff0000"), (46, "#00ff00"), (21, "#0000ff"), (244, "#808080"), (110, "#87afd7"),
        ])
    func nearest(index: Int, hex: String) throws {
        #expect(TerminalPalette.nearestIndex(to: try #require(RGBColor(hex: hex))) == index)
    }

    @Test(
        "Hex colours are six digits behind a hash", arguments: ["#fff", "ffffff", "#ggffff", "#1234567", "", "#+12345"])
    func badHex(text: String) {
        #expect(RGBColor(hex: text) == nil)
    }

    @Test("Wrong colours and names are reported with their line and the nearest name")
    func problems() throws {
        let folder = try TestFolder()
        let file = try folder.write(
            """
            schema = "turbo2k.theme.v1"
            name = "odd"
            kind = "drak"
            [color]
            text = { hex = "#12345", ansi16 = "brigth-red" }
            focsu = "red"
            """, to: "odd.toml")
        let (theme, problems) = try ThemeLibrary.load(file)
        #expect(theme.name == "odd")
        let texts = problems.map { "\($0.line ?? 0): \($0.text)" }
        #expect(texts.contains { $0.hasPrefix("3: \"kind\" must be \"dark\", \"light\" or \"both\"") })
        #expect(texts.contains { $0.hasPrefix("5: \"hex\" must be \"#rrggbb\"") })
        #expect(texts.contains { $0.hasPrefix("5: \"ansi16\"") && $0.hasSuffix("Did you mean \"bright-red\"?") })
        #expect(texts.contains { $0.hasPrefix("6: \"focsu\"") && $0.hasSuffix("Did you mean \"focus\"?") })
        #expect(problems.count == 4)
    }

    @Test("An unknown theme is answered with the nearest one")
    func unknown() {
        #expect(throws: StudioError.unknown(kind: "theme", name: "papper", suggestion: "paper")) {
            try Self.shipped.theme(named: "papper")
        }
    }
}
