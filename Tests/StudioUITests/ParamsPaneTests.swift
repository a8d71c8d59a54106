import StudioUI
import TerminalKit
import Testing

@Suite("Params pane")
struct ParamsPaneTests {
    /// Where the cursor goes as Down is pressed: on the value that is selected.
    private func walk(_ width: Int, _ height: Int) throws -> [CanvasPoint] {
        var state = try Sample.state(width, height)
        state.press(.alt("2"))
        return try ParametersForm.Field.allCases.indices.map { index in
            if index > 0 { state.press(.down) }
            return try #require(StudioView.draw(state).canvas.cursor)
        }
    }

    @Test("Down goes through the values as they are read", arguments: [(80, 24), (120, 40), (200, 60)])
    func readingOrder(size: (Int, Int)) throws {
        let places = try walk(size.0, size.1)
        for (first, second) in zip(places, places.dropFirst()) {
            // At the lower end of a small form the rows move, not the cursor.
            #expect(
                second.y > first.y || second.x > first.x || (second.x == 10 && second.y == first.y),
                "\(first) then \(second)")
        }
    }

    @Test("Every value is come by, and both ends hold")
    func ends() throws {
        var state = try Sample.state(80, 24)
        state.press(.alt("2"))
        var seen: Set<String> = []
        for _ in ParametersForm.Field.allCases {
            seen.insert(state.paramsPane.field.title)
            state.press(.down)
        }
        #expect(seen.count == ParametersForm.Field.allCases.count && state.paramsPane.field == .metadata)
        for _ in 0..<30 { state.press(.up) }
        #expect(state.paramsPane.field == .lrSize)
    }

    @Test("A click takes the value under it, also where rows have moved up")
    func click() throws {
        var state = try Sample.state(80, 24)
        state.press(.alt("2"))
        state.paramsPane.select(.name)
        let y = try #require(state.lines.firstIndex { $0.contains("Model") })
        state.press(.mouse(MouseEvent(kind: .press, button: .left, x: 10, y: y)))
        #expect(state.paramsPane.field == .model)
    }
}
