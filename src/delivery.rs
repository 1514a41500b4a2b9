//! Whether a caller is sent to the store or gets the bytes from the gateway: pure, from the rule and the request.

use presign_core::Operation;

use crate::config::Delivery;

/// What a request tells of who will use the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consumer {
    /// It wants the link itself, to use it later or to pass it on.
    pub takes_link: bool,
    /// It is a page's script or canvas, to which a store shows its answer only under CORS settings of its own.
    pub is_script: bool,
    /// It shows an image and asks for its bytes from the gateway: `proxy=1`.
    pub wants_image: bool,
}

/// The way of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    /// From the store: the caller gets a link.
    Link,
    /// Through the gateway.
    Stream,
    /// Through the gateway if they are an image that no browser runs, and else from the store.
    Image,
}

/// The rule gives its objects, and no links to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoLinks;

/// The way of an object's bytes.
///
/// # Errors
/// When the caller wants a link and the rule gives none.
pub const fn passage(delivery: Delivery, operation: Operation, consumer: Consumer) -> Result<Passage, NoLinks> {
    if !operation.is_read() {
        return Ok(Passage::Link);
    }
    match delivery {
        Delivery::Stream if consumer.takes_link => Err(NoLinks),
        _ if consumer.takes_link => Ok(Passage::Link),
        Delivery::Stream => Ok(Passage::Stream),
        Delivery::Auto if consumer.is_script => Ok(Passage::Stream),
        Delivery::Redirect | Delivery::Auto if consumer.wants_image => Ok(Passage::Image),
        Delivery::Redirect | Delivery::Auto => Ok(Passage::Link),
    }
}

#[cfg(test)]
mod tests {
    use Delivery::{Auto, Redirect, Stream};

    use super::*;

    const NOBODY: Consumer = Consumer { takes_link: false, is_script: false, wants_image: false };
    const PROGRAM: Consumer = Consumer { takes_link: true, ..NOBODY };
    const SCRIPT: Consumer = Consumer { is_script: true, ..NOBODY };
    const PLOT: Consumer = Consumer { is_script: true, wants_image: true, ..NOBODY };

    fn get(delivery: Delivery, consumer: Consumer) -> Result<Passage, NoLinks> {
        passage(delivery, Operation::Get, consumer)
    }

    #[test]
    fn a_rule_that_redirects_passes_on_images_only() {
        let ways = [NOBODY, PROGRAM, SCRIPT, PLOT].map(|consumer| get(Redirect, consumer));
        assert_eq!(ways, [Ok(Passage::Link), Ok(Passage::Link), Ok(Passage::Link), Ok(Passage::Image)]);
    }

    #[test]
    fn auto_streams_to_scripts_only() {
        let ways = [NOBODY, PROGRAM, SCRIPT, PLOT].map(|consumer| get(Auto, consumer));
        assert_eq!(ways, [Ok(Passage::Link), Ok(Passage::Link), Ok(Passage::Stream), Ok(Passage::Stream)]);
    }

    #[test]
    fn a_rule_that_streams_gives_no_link_to_anybody() {
        let ways = [NOBODY, PROGRAM, SCRIPT, PLOT].map(|consumer| get(Stream, consumer));
        assert_eq!(ways, [Ok(Passage::Stream), Err(NoLinks), Ok(Passage::Stream), Ok(Passage::Stream)]);
        assert_eq!(passage(Stream, Operation::Head, NOBODY), Ok(Passage::Stream));
    }

    #[test]
    fn writing_is_never_streamed() {
        for delivery in [Redirect, Stream, Auto] {
            assert_eq!(passage(delivery, Operation::Put, PROGRAM), Ok(Passage::Link));
        }
    }
}
