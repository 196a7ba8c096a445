"""Pure decisions about answers, and the refusals of contract §11."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from moltbook.kernel.errors import BadRequest, Conflict, Invalid, Refusal

ANSWER_CHARS = 40
LARGEST = Decimal(1_000_000)


class WrongAnswer(BadRequest):
    """The one attempt was wrong."""

    code = "INCORRECT_ANSWER"
    message = "Incorrect answer"
    hint = "There is one attempt: write it again and solve the new challenge."


class UnknownCode(Refusal):
    """The caller has no challenge with this code."""

    code = "NOT_FOUND"
    status = 404
    message = "Invalid verification code"
    hint = "Send the verification_code exactly as the answer to your post, comment or submolt gave it."


class AlreadyAnswered(Conflict):
    """The attempt was made before."""

    code = "ALREADY_ANSWERED"
    message = "Already answered"
    hint = "Read what you wrote to see its verification_status; to try again, write it again."


class Expired(Refusal):
    """The time is over."""

    code = "EXPIRED"
    status = 410
    message = "This verification challenge has expired"
    hint = "Write it again and answer the new challenge before its expires_at."


def hundredths_of(answer: str | float) -> int:
    """An answer in hundredths, rounded half up.

    Raises: Invalid if it is no number.
    """
    text = str(answer).strip()
    try:
        number = Decimal(text) if len(text) <= ANSWER_CHARS and "_" not in text else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > LARGEST:
        raise Invalid(
            "answer must be a number", "Send the number only, with two decimals, for example 15.00.", field="answer"
        )
    return int((number * 100).to_integral_value(rounding=ROUND_HALF_UP))
