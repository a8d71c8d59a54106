/// How a clip that plays on and on is timed.
package struct ClipTempo: Equatable, Sendable {
    package var frameCount: Int
    /// With the speed chosen for playing.
    package var framesPerSecond: Double

    package init(frameCount: Int, framesPerSecond: Double) {
        self.frameCount = frameCount
        self.framesPerSecond = framesPerSecond
    }
}

/// Frames of a clip that the terminal keeps.
struct KeptFilm: Sendable {
    let clip: Int
    /// The terminal's numbers of the clip's frames, from 1.
    private(set) var numbers: [Int: Int]
    /// As the terminal keeps it.
    let frameBytes: Int
    /// The frames of the first round, in the order in which the terminal has them.
    private var round: [Int]
    /// A closed round gets no more frames: those sent later are not played, only named.
    private(set) var isClosed = false
    /// How the terminal plays it by itself; nil while every frame is named.
    var tempo: ClipTempo?

    init(clip: Int, first: Int, frameBytes: Int) {
        self.clip = clip
        self.frameBytes = frameBytes
        numbers = [first: 1]
        round = [first]
    }

    /// - Returns: the terminal's number of a frame that it gets now.
    mutating func add(_ index: Int) -> Int {
        let number = numbers.count + 1
        numbers[index] = number
        if !isClosed { round.append(index) }
        return number
    }

    /// Whether the terminal can play it by itself: it has one round of the clip, without larger gaps than the rate of
    /// frames explains. The first round of a slow start is better not repeated for ever.
    ///
    /// - Parameters:
    ///   - tempo: of the clip.
    ///   - rate: frames a second that the terminal may have been given.
    ///   - index: the frame that is due: past the first of the round, once the clip has come round.
    /// - Returns: whether it has one.
    mutating func closes(_ tempo: ClipTempo, rate: Double, at index: Int) -> Bool {
        if isClosed { return true }
        guard let first = round.first, let last = round.last, round.count > 1 else { return false }
        let count = max(tempo.frameCount, 1)
        func distance(to frame: Int) -> Int { ((frame - last) % count + count) % count }
        guard distance(to: index) >= distance(to: first) else { return false }
        let steps = steps(tempo.frameCount)
        let possible = min(rate, tempo.framesPerSecond) / tempo.framesPerSecond * Double(tempo.frameCount)
        let mean = tempo.frameCount / round.count
        isClosed =
            steps.reduce(0, +) == tempo.frameCount && Double(round.count) >= 0.75 * possible
            && steps.allSatisfy { $0 <= 4 * max(mean, 1) }
        return isClosed
    }

    /// The terminal's number of the frame of the round that stands for this one: itself, or the last before it.
    func number(standingFor index: Int) -> Int? {
        let shown = round.filter { $0 <= index }.max() ?? round.max()
        return shown.flatMap { numbers[$0] }
    }

    /// The terminal's number of each frame of the round, with the milliseconds it stays.
    func gaps(_ tempo: ClipTempo) -> [(number: Int, milliseconds: Int)] {
        var (elapsed, told) = (0.0, 0)
        return zip(round, steps(tempo.frameCount)).compactMap { index, step in
            elapsed += 1000 * Double(step) / tempo.framesPerSecond
            // Rounded over the whole, so that a round takes as long as the clip.
            let milliseconds = max(Int(elapsed.rounded()) - told, 1)
            told += milliseconds
            return numbers[index].map { ($0, milliseconds) }
        }
    }

    /// From each frame of the round to the next, the last to the first.
    private func steps(_ frameCount: Int) -> [Int] {
        round.indices.map { place in
            let step = round[(place + 1) % round.count] - round[place]
            return step > 0 ? step : step + frameCount
        }
    }
}
