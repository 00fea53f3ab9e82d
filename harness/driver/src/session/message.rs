//! A request as bytes: the whole message in one buffer, so that it leaves in one write.

use crate::request::Request;

/// Writes `request` into `message`. `fields` are the fields every request carries, up to `x-request-id: <run>-`; arrival and step follow.
pub(super) fn compose(
    message: &mut Vec<u8>,
    request: &Request<'_>,
    fields: &[u8],
    arrival: u64,
    sent: u32,
) {
    message.clear();
    message.extend_from_slice(request.method.as_bytes());
    message.push(b' ');
    message.extend_from_slice(request.path.as_bytes());
    message.extend_from_slice(b" HTTP/1.1\r\n");
    message.extend_from_slice(fields);
    push_number(message, arrival);
    message.push(b'-');
    push_number(message, u64::from(sent));
    message.extend_from_slice(b"\r\n");
    for (name, value) in request.headers {
        message.extend_from_slice(name.as_bytes());
        message.extend_from_slice(b": ");
        message.extend_from_slice(value.as_bytes());
        message.extend_from_slice(b"\r\n");
    }
    let Some(body) = request.body else {
        message.extend_from_slice(b"\r\n");
        return;
    };
    if let Some(kind) = request.content_type {
        message.extend_from_slice(b"content-type: ");
        message.extend_from_slice(kind.as_bytes());
        message.extend_from_slice(b"\r\n");
    }
    message.extend_from_slice(b"content-length: ");
    push_number(message, body.len() as u64);
    message.extend_from_slice(b"\r\n\r\n");
    message.extend_from_slice(body);
}

// The formatting machinery of the standard library costs several times as much, twice a request.
fn push_number(message: &mut Vec<u8>, mut number: u64) {
    if number < 10 {
        message.push(b'0' + number as u8);
        return;
    }
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    message.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_message_is_whole() {
        let mut message = Vec::new();
        let headers = [("x-a", "b")];
        let request = Request::post("/p?q=1", b"{}").headers(&headers);
        compose(
            &mut message,
            &request,
            b"host: h\r\nx-request-id: r-",
            12,
            3,
        );
        assert_eq!(
            String::from_utf8_lossy(&message),
            "POST /p?q=1 HTTP/1.1\r\nhost: h\r\nx-request-id: r-12-3\r\nx-a: b\r\ncontent-type: application/json\r\n\
             content-length: 2\r\n\r\n{}"
        );
        compose(
            &mut message,
            &Request::get("/"),
            b"host: h\r\nx-request-id: r-",
            0,
            0,
        );
        assert_eq!(
            message,
            b"GET / HTTP/1.1\r\nhost: h\r\nx-request-id: r-0-0\r\n\r\n"
        );
    }

    proptest! {
        #[test]
        fn numbers_are_written_as_the_standard_library_does(number in any::<u64>()) {
            let mut message = Vec::new();
            push_number(&mut message, number);
            prop_assert_eq!(message, number.to_string().into_bytes());
        }
    }
}
