package import Generation
package import StudioCore

/// Time and memory of a job that is not started yet, for the form.
package struct FormEstimate: Sendable, Equatable {
    /// Nil: no earlier run to judge by.
    package var time: TimeEstimate?
    package var stages: [Stage: Double]
    package var neededBytes: Int
    package var availableBytes: Int
    package var diskBytes: Int?
    /// The draft was cleaned away: its pass runs again first, and is in the time.
    package var remakesDraft = false
    /// What needs most of the memory, in words; nil where it is not known.
    package var largestPart: String?
    /// Of a commit that is too large: the largest size that would fit, and what int8 weights would need where they would.
    package var fittingSize: Alternative?
    package var fittingWeights: Alternative?

    /// Another choice, and the memory it needs.
    package struct Alternative: Sendable, Equatable {
        package var size: VideoSize
        package var neededBytes: Int

        package init(size: VideoSize, neededBytes: Int) {
            self.size = size
            self.neededBytes = neededBytes
        }
    }

    package init(
        time: TimeEstimate? = nil, stages: [Stage: Double] = [:], neededBytes: Int,
        availableBytes: Int, diskBytes: Int? = nil, largestPart: String? = nil
    ) {
        self.time = time
        self.stages = stages
        self.neededBytes = neededBytes
        self.availableBytes = availableBytes
        self.diskBytes = diskBytes
        self.largestPart = largestPart
    }

    /// `8.1s`, `about 8s (7-9s)`, `not known yet`.
    package var timeText: String {
        guard let time else { return "not known yet" }
        guard time.runs < 3 else { return Format.duration(time.seconds) }
        let range = Format.rough(time.low) == Format.rough(time.high) ? "" : " (\(Format.range(time.low, time.high)))"
        return "about \(Format.rough(time.seconds))\(range)"
    }

    /// The same without the range.
    var shortTimeText: String {
        time.map { $0.runs < 3 ? "about \(Format.rough($0.seconds))" : Format.duration($0.seconds) } ?? timeText
    }

    package enum Fit: String, Sendable {
        case ok
        case tight
        case tooLarge = "too large"
    }

    /// Section 18.1 of the design: up to 90 % of what is available, up to all of it, more.
    package var fit: Fit {
        if neededBytes * 10 <= availableBytes * 9 { return .ok }
        return neededBytes <= availableBytes ? .tight : .tooLarge
    }
}
