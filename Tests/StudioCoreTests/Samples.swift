import Generation
import StudioCore

/// Recipes that tests change one thing of.
enum Samples {
    static func recipe(_ prompt: String = "a fox at dusk", seed: UInt32 = 7) -> Recipe {
        Recipe(
            prompt: prompt, seed: seed,
            lr: PassSettings(size: VideoSize(width: 512, height: 288), steps: 8, guidance: 4, shift: 2),
            hr: PassSettings(size: VideoSize(width: 1024, height: 576), steps: 4, guidance: 1, shift: 3))
    }

    static func step(_ number: Int, pass: Pass = .lr, seconds: Double = 0.5, tokens: Int = 576) -> StepRecord {
        StepRecord(
            pass: pass, number: number, count: 8, sigma: 1 - Float(number) / 9, seconds: seconds, attention: 0.1,
            linear: 0.3, tokens: tokens, calls: 2, x0Change: number == 1 ? nil : 0.1)
    }
}
