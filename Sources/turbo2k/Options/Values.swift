import Generation
import StudioCore

/// Checks of single values. What is near enough is rounded with a note; the rest is refused with what would do.
enum Values {
    /// A size as given, rounded to multiples of 32 with a note.
    static func size(_ text: String, _ option: String) throws -> VideoSize {
        guard let size = VideoSize(text) else {
            let shown = TextCleaning.shortened(text, to: 40)
            throw GenerationError.badValue("\(option) must be WIDTHxHEIGHT, for example 512x288, is \"\(shown)\".")
        }
        let nearest = RecipeLimits.nearest(size)
        guard RecipeLimits.contains(size) else {
            throw GenerationError.badValue(
                "\(option) \(size) cannot be used: each side must be 64 to 8192; the nearest is \(nearest).")
        }
        if nearest != size { Reporting.note("\(option) \(size) rounded to \(nearest), multiples of 32") }
        return nearest
    }

    /// A frame count, rounded to 8k + 1 with a note.
    static func frames(_ count: Int) throws -> Int {
        let nearest = RecipeLimits.nearestFrames(count)
        guard RecipeLimits.frames.contains(count) else {
            throw GenerationError.badValue(
                "--frames \(count) cannot be used: it must be 1 to 1025; the nearest is \(nearest).")
        }
        if nearest != count { Reporting.note("--frames \(count) rounded to \(nearest), a multiple of 8, plus 1") }
        return nearest
    }

    /// The preset's own noise levels belong to its own number of steps.
    static func setSteps(_ count: Int, _ option: String, of pass: inout PassSettings) throws {
        pass.steps = try inRange(count, RecipeLimits.steps, option)
        if pass.timesteps?.count != count { pass.timesteps = nil }
    }

    static func inRange<Number: Comparable & CustomStringConvertible>(
        _ value: Number, _ range: ClosedRange<Number>, _ option: String
    ) throws -> Number {
        guard range.contains(value) else {
            throw GenerationError.badValue(
                "\(option) must be \(range.lowerBound) to \(range.upperBound), is \(value).")
        }
        return value
    }
}

/// Keeps draft and commit in one shape when only one of their sizes is given.
enum Shape {
    static func match(_ preset: inout ResolvedPreset, isSizeGiven: Bool, isDraftSizeGiven: Bool) throws {
        guard !RecipeLimits.fits(preset.hr.size, draft: preset.lr.size), isSizeGiven != isDraftSizeGiven else { return }
        if isSizeGiven, let draft = nearestDraft(to: preset.lr.size, for: preset.hr.size) {
            preset.lr.size = draft
            Reporting.note("the draft's size is \(draft), to have the shape of \(preset.hr.size)")
        } else if isDraftSizeGiven, let size = nearestCommit(to: preset.hr.size, for: preset.lr.size) {
            preset.hr.size = size
            Reporting.note("the commit's size will be \(size), to have the shape of the draft")
        }
    }

    /// A commit size of the draft's shape with about as many pixels as the preset's.
    private static func nearestCommit(to size: VideoSize, for draft: VideoSize) -> VideoSize? {
        RecipeLimits.fittingSizes(forDraft: draft).min { distance($0, size) < distance($1, size) }
    }

    /// A draft size of the commit's shape with about as many pixels as the preset's.
    private static func nearestDraft(to size: VideoSize, for commit: VideoSize) -> VideoSize? {
        let widths = stride(from: 64, through: commit.width, by: 32)
        let candidates = widths.map { width in
            RecipeLimits.nearest(VideoSize(width: width, height: width * commit.height / commit.width))
        }
        return candidates.filter { RecipeLimits.fits(commit, draft: $0) }
            .min { distance($0, size) < distance($1, size) }
    }

    private static func distance(_ first: VideoSize, _ second: VideoSize) -> Int {
        abs(first.width * first.height - second.width * second.height)
    }
}
