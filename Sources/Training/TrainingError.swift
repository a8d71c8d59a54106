/// Why a training cannot go on.
package enum TrainingError: Error, Equatable, CustomStringConvertible {
    /// The loss or a gradient of this step, counted from 1, is not a finite number.
    case divergedLoss(step: Int)

    package var description: String {
        switch self {
        case .divergedLoss(let step):
            "The loss of training step \(step) is not a finite number. Lower the learning rate or the gradient norm "
                + "that clipping allows, and check the batch for numbers that are not finite."
        }
    }
}
