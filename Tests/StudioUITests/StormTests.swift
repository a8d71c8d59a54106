import Generation
import StudioUI
import TerminalKit
import Testing
import VideoIO

/// Keys, clicks, sizes and news in any order: nothing traps, and every screen is whole.
@Suite("Storms")
struct StormTests {
    /// Numbers that a failing seed brings back.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private static let special: [SpecialKey] = [
        .up, .down, .left, .right, .home, .end, .pageUp, .pageDown, .enter, .escape, .tab, .backspace, .delete,
    ]
    private static let letters = Array(
        "abcdefghijklmnopqrstuvwxyzSDFKJPRVOLV0123456789+-=,.<>[]/?: !{|}漢é\u{1F468}\u{200D}\u{1F469}")
    private static let modifiers: [KeyModifiers] = [[], [], [], .shift, .control, .alt, [.alt, .shift]]

    private func key(_ state: StudioState, _ dice: inout Dice) -> Key {
        switch Int.random(in: 0..<10, using: &dice) {
        case 0...3: return .character(Self.letters.randomElement(using: &dice) ?? "a")
        case 4, 5:
            let modifiers = Self.modifiers.randomElement(using: &dice) ?? []
            return .special(Self.special.randomElement(using: &dice) ?? .up, modifiers)
        case 6: return .control("abcdefgjklnprtuwxy_".randomElement(using: &dice) ?? "a")
        case 7: return .alt("12345678bdfntw_".randomElement(using: &dice) ?? "1")
        case 8:
            return .paste(
                ["a\nb", "/x/y.mp4", "{red|blue} fox", String(repeating: "word ", count: 200)].randomElement(
                    using: &dice) ?? "")
        default:
            let kinds: [MouseEvent.Kind] = [.press, .press, .drag, .release, .wheelUp, .wheelDown]
            let buttons: [MouseEvent.Button] = [.left, .left, .left, .right, .middle]
            return .mouse(
                MouseEvent(
                    kind: kinds.randomElement(using: &dice) ?? .press,
                    button: buttons.randomElement(using: &dice) ?? .left,
                    x: Int.random(in: 0...state.width, using: &dice), y: Int.random(in: 0...state.height, using: &dice))
            )
        }
    }

    /// What the program would answer, more or less.
    private func answer(_ actions: [StudioAction], _ state: inout StudioState, _ dice: inout Dice) throws {
        for action in actions {
            switch action {
            case .showClip(let source, _): state.clipLoaded(Sample.clip(source, frames: 9))
            case .showFeatures(let draft):
                let frame = VideoFrame(width: 4, height: 3, red: 1, green: 2, blue: 3)
                state.featuresLoaded([FeaturePicture(block: 0, frames: [frame, frame])], draft: draft)
            case .offerClip(let text): _ = state.clipOffered(text, isClip: Bool.random(using: &dice))
            case .countTokens:
                let limit = Int.random(in: 1...40, using: &dice)
                state.tokens = PromptLength(of: state.prompt.text, limit: limit) { $0.count / 3 + 1 }
            case .submitDraft(let recipe, _):
                let id = (state.queue.jobs.map(\.id).max() ?? 100) + 1
                state.jobEntered(id, kind: .draft, recipe: recipe, draft: nil, expected: 3)
                guard state.runningJob == nil else { break }
                state.jobStarted(id, kind: .draft, recipe: recipe, draft: nil)
                state.jobTold(id, .stageStarted(.lr, parts: 8))
                state.jobTold(id, .stepFinished(Sample.step(1)))
            case .stopJob(let id): state.jobStopped(id, draft: nil)
            default: break
            }
        }
    }

    @Test("Two thousand keys, clicks and sizes leave every screen whole", arguments: [1, 2, 3, 4, 5])
    func storm(seed: UInt64) throws {
        var dice = Dice(state: seed)
        var state = try Sample.busy(120, 40)
        state.drafts.take(try (1...12).map { try Sample.draft($0, "fox \($0)") })
        for turn in 0..<2000 {
            state.now += Double.random(in: 0...0.3, using: &dice)
            if turn.isMultiple(of: 40) {
                state.resize(
                    width: Int.random(in: 20...220, using: &dice), height: Int.random(in: 5...70, using: &dice))
            }
            let actions = state.handle(key(state, &dice))
            try answer(actions, &state, &dice)
            _ = state.preview.advance(now: state.now)
            guard turn.isMultiple(of: 7) else { continue }
            let canvas = StudioView.draw(state).canvas
            #expect(canvas.lines.count == state.height, "seed \(seed), turn \(turn)")
            #expect(
                canvas.lines.allSatisfy { TextWidth.width(of: $0) == state.width }, "seed \(seed), turn \(turn)")
            _ = state.preview.frame
        }
    }
}
