import StudioUI
import TerminalKit
import Testing

@Suite("Key bindings")
struct KeyBindingsTests {
    @Test("No key has two meanings in one place")
    func unique() {
        var seen: [KeyContext: Set<Key>] = [:]
        for binding in KeyBindings.standard {
            for key in binding.keys {
                #expect(
                    seen[binding.context, default: []].insert(key).inserted, "\(key.name) twice in \(binding.context)")
            }
        }
    }

    @Test("Keys that terminals or multiplexers take are not bound")
    func forbidden() {
        let forbidden: [Key] = [
            .control("i"), .control("m"), .control("h"), .control("["), .control("s"), .control("q"), .control("b"),
            .control("v"), .control("o"), .function(10), .function(11),
        ]
        for binding in KeyBindings.standard {
            #expect(!binding.keys.contains(where: forbidden.contains), "\(binding.command)")
        }
    }

    @Test("Every action that Zellij takes has a second key")
    func zellij() {
        let bindings = KeyBindings()
        #expect(bindings.command(for: .function(5), in: [.everywhere]) == .draft)
        #expect(bindings.command(for: .function(6), in: [.everywhere]) == .commit)
        #expect(bindings.command(for: .character(":"), in: [.outsideText]) == .palette)
    }

    @Test("Every command of the palette has a title of its own")
    func titles() {
        let titles = Command.allCases.filter(\.isInPalette).map(\.title)
        #expect(Set(titles).count == titles.count)
        #expect(titles.allSatisfy { !$0.isEmpty })
    }
}
