import Foundation
import VideoIO

/// What the fake engine knows of a kept draft, and features that it makes up for it.
struct FakeFeatures {
    let recipe: Recipe

    /// - Throws: ``GenerationError/badDraft(_:)``.
    init(folder: URL) throws {
        let file = folder.appendingPathComponent("recipe.json")
        do {
            recipe = try JSONDecoder().decode(Recipe.self, from: Data(contentsOf: file))
        } catch {
            throw GenerationError.badDraft("The draft in \(folder.path) has no readable recipe.json. Make it again.")
        }
    }

    /// Blocks as the published model has them.
    private static let blocks = [0, 7, 14, 21]
    /// Pixels along a side of a token's patch.
    private static let patch = 4

    /// The principal colours of the clip's own patches, blurred more for each later block. There is no model behind them,
    /// and the pictures say so.
    var pictures: [FeaturePicture] {
        let clip = FakeClip(prompt: recipe.prompt, seed: recipe.seed)
        let (width, height) = (max(recipe.lr.size.width / 32, 1), max(recipe.lr.size.height / 32, 1))
        let count = (recipe.frames - 1) / 8 + 1
        return Self.blocks.enumerated().map { depth, block in
            let coarse = max(width / (depth + 1), 1)
            let frames = (0..<count).map { index in
                let time = Double(index) / Double(max(count, 2) - 1)
                let small = clip.frame(width: coarse, height: max(coarse * height / width, 1), time: time)
                return small.resized(toWidth: width * Self.patch, height: height * Self.patch)
            }
            let colors = PrincipalColors.pixels(frames.flatMap(Self.patches), width: Self.patch * Self.patch * 3)
            let bytes = width * height * 3
            return FeaturePicture(
                block: block,
                frames: (0..<count).map {
                    VideoFrame(width: width, height: height, pixels: Array(colors[$0 * bytes..<($0 + 1) * bytes]))
                }, note: "fake")
        }
    }

    /// The pixels of each token's patch, token by token.
    private static func patches(of frame: VideoFrame) -> [Float] {
        var values: [Float] = []
        for top in stride(from: 0, to: frame.height, by: patch) {
            for left in stride(from: 0, to: frame.width, by: patch) {
                let part = frame.cropped(x: left, y: top, width: patch, height: patch)
                values += part.pixels.map(Float.init)
            }
        }
        return values
    }
}
