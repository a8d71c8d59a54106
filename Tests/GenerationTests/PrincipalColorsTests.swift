import Generation
import TestSupport
import Testing

@Suite("Features as colours")
struct PrincipalColorsTests {
    /// Points that spread along three given directions, most along the first.
    private func points(_ count: Int, width: Int, along axes: [[Float]], spreads: [Float]) -> [Float] {
        var random = SeededGenerator(seed: 11)
        return (0..<count).flatMap { _ -> [Float] in
            var point = (0..<width).map { _ in Float.random(in: -0.01...0.01, using: &random) + 3 }
            for (axis, spread) in zip(axes, spreads) {
                let amount = Float.random(in: -spread...spread, using: &random)
                for channel in 0..<width { point[channel] += amount * axis[channel] }
            }
            return point
        }
    }

    private func unit(_ width: Int, _ entries: [Int: Float]) -> [Float] {
        let norm = entries.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return (0..<width).map { (entries[$0] ?? 0) / norm }
    }

    @Test("The components are the directions of the largest spread, largest first, and always point the same way")
    func directions() {
        let width = 24
        let axes = [unit(width, [1: 1, 2: 1]), unit(width, [5: -1]), unit(width, [7: 1, 8: -2])]
        let data = points(600, width: width, along: axes, spreads: [9, 4, 2])
        var mean = [Float](repeating: 0, count: width)
        for index in data.indices { mean[index % width] += data[index] / 600 }
        let centred = data.indices.map { data[$0] - mean[$0 % width] }
        let found = PrincipalColors.components(centred, count: 600, width: width)
        #expect(found.count == 3)
        for (component, axis) in zip(found, axes) {
            let cosine = zip(component, axis).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(cosine) > 0.999)
            // A direction's sign is open; the largest entry decides.
            #expect((component.max { abs($0) < abs($1) } ?? 0) > 0)
        }
    }

    @Test("Vectors on a line go from dark to light in one colour; where nothing spreads there is grey")
    func line() {
        let features: [Float] = (0..<101).flatMap { [Float($0), 0, 0, 0] }
        let pixels = PrincipalColors.pixels(features, width: 4)
        #expect(pixels.count == 303 && pixels[0] == 0 && pixels[300] == 255)
        #expect((120...135).contains(pixels[150]) && pixels[151] == 128 && pixels[152] == 128)
        #expect(
            PrincipalColors.pixels([Float](repeating: 5, count: 40), width: 4) == [UInt8](repeating: 128, count: 30))
        #expect(PrincipalColors.pixels([], width: 4).isEmpty)
    }
}
