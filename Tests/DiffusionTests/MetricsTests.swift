import Diffusion
import Foundation
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("Metrics")
struct MetricsTests {
    private func clip(_ golden: Golden, _ name: String) throws -> ByteClip {
        let raw = try golden.rawInput(name)
        return ByteClip(
            frames: raw.shape[0], height: raw.shape[1], width: raw.shape[2], channels: raw.shape[3],
            bytes: raw.withUnsafeBytes { [UInt8]($0) })
    }

    @Test("PSNR, SSIM and flicker are the golden's")
    func golden() throws {
        for golden in try GoldenSet.current.cases(kind: "metrics") {
            let (a, b) = (try clip(golden, "a_u8"), try clip(golden, "b_u8"))
            try golden.expectClose(SignalToNoise.perFrame(a, b), "psnr_per_frame")
            try golden.expectClose([SignalToNoise.overall(a, b)], "psnr_all_pixels")
            try golden.expectClose(
                StructuralSimilarity.perFrameAndChannel(a, b).flatMap { $0 }, "ssim_per_frame_channel")
            try golden.expectClose([StructuralSimilarity.mean(a, b)], "ssim_mean")
            for (name, clip) in [("a", a), ("b", b)] {
                try golden.expectClose(TemporalFlicker.perPair(clip), "flicker_mae_per_pair_\(name)")
                try golden.expectClose([TemporalFlicker.score(clip)], "flicker_score_\(name)")
            }
        }
    }

    @Test("Equal clips are infinitely clean and fully similar, a still clip does not flicker")
    func extremes() {
        let frame = (0..<12 * 13 * 3).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let clip = ByteClip(frames: 2, height: 12, width: 13, bytes: frame + frame)
        #expect(SignalToNoise.overall(clip, clip) == .infinity)
        #expect(abs(StructuralSimilarity.mean(clip, clip) - 1) < 1e-12)
        #expect(TemporalFlicker.score(clip) == 1)
        #expect(TemporalFlicker.score(ByteClip(frames: 1, height: 12, width: 13, bytes: frame)) == 1)
        let black = ByteClip(frames: 1, height: 1, width: 2, channels: 1, bytes: [0, 0])
        let white = ByteClip(frames: 1, height: 1, width: 2, channels: 1, bytes: [255, 255])
        #expect(SignalToNoise.overall(black, white) == 0)
    }
}
