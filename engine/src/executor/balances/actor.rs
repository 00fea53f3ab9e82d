//! Balances that belong to threads: who wants to move units sends the debit to the thread that has the account, and that thread
//! sends the credit on.
//!
//! As with [`cas`](super::cas) the place in the order is drawn between debit and credit, and a lack of units has none.

use super::{Draw, Shift, Shifted, Tickets};
use std::io;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};

enum Message {
    Grow(usize),
    Set(usize, u128),
    Get(Vec<usize>, SyncSender<Vec<u128>>),
    /// A movement, and which lane waits for it.
    Debit(Shift, usize),
    Credit(Shift, usize, u64),
    End,
}

/// Threads with accounts: the first account belongs to the first thread, the second one to the second.
#[derive(Debug)]
pub struct Actors {
    shards: Vec<Sender<Message>>,
    threads: Vec<JoinHandle<()>>,
    /// Where each lane waits.
    desks: Vec<Mutex<Receiver<Shifted>>>,
}

struct Actor {
    shards: Vec<Sender<Message>>,
    desks: Vec<SyncSender<Shifted>>,
    tickets: Tickets,
    balances: Vec<u128>,
}

impl Actors {
    /// That many threads, at least one, for that many lanes, without accounts.
    ///
    /// # Errors
    /// A thread that cannot be started.
    pub fn new(shards: usize, lanes: usize, tickets: &Tickets) -> io::Result<Self> {
        let (senders, inboxes): (Vec<_>, Vec<_>) = (0..shards.max(1)).map(|_| channel()).unzip();
        let (replies, desks): (Vec<_>, Vec<_>) = (0..lanes).map(|_| sync_channel(1)).unzip();
        let mut actors = Self {
            shards: senders,
            threads: Vec::new(),
            desks: desks.into_iter().map(Mutex::new).collect(),
        };
        for (number, inbox) in inboxes.into_iter().enumerate() {
            let actor = Actor {
                shards: actors.shards.clone(),
                desks: replies.clone(),
                tickets: tickets.clone(),
                balances: Vec::new(),
            };
            let name = format!("engine-actor-{number}");
            let thread = thread::Builder::new().name(name).spawn(move || {
                probe::thread::enter();
                actor.run(&inbox);
                probe::thread::exit();
            })?;
            actors.threads.push(thread);
        }
        Ok(actors)
    }

    fn send(&self, account: usize, message: Message) {
        // An actor ends only when it is told to, so somebody receives it.
        let _ = self.shards[account % self.shards.len()].send(message);
    }

    /// Adds accounts without units until there are at least so many.
    pub fn grow(&mut self, accounts: usize) {
        let each = accounts.div_ceil(self.shards.len());
        for shard in 0..self.shards.len() {
            self.send(shard, Message::Grow(each));
        }
    }

    /// Sets a balance.
    pub fn set(&mut self, account: usize, balance: u128) {
        self.send(account, Message::Set(account, balance));
    }

    /// The balances of accounts, in their order, with one message to each thread.
    pub fn get(&self, accounts: &[usize]) -> Vec<u128> {
        let count = self.shards.len();
        let mut balances = vec![0; accounts.len()];
        for shard in 0..count {
            let own = |account: &&usize| **account % count == shard;
            let asked: Vec<_> = accounts.iter().filter(own).copied().collect();
            let (reply, answer) = sync_channel(1);
            self.send(shard, Message::Get(asked, reply));
            let mut answers = answer.recv().unwrap_or_default().into_iter();
            for (account, balance) in accounts.iter().zip(&mut balances) {
                if account % count == shard {
                    *balance = answers.next().unwrap_or_default();
                }
            }
        }
        balances
    }

    /// Moves units if they suffice, and waits for it.
    pub fn shift(&self, lane: usize, shift: &Shift) -> Shifted {
        self.send(shift.debit(), Message::Debit(*shift, lane));
        let desk = self.desks[lane]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        desk.recv().unwrap_or(Shifted::Undecided)
    }
}

impl Drop for Actors {
    fn drop(&mut self) {
        for shard in &self.shards {
            let _ = shard.send(Message::End);
        }
        for thread in self.threads.drain(..) {
            // A panic was said on standard error already.
            let _ = thread.join();
        }
    }
}

impl Actor {
    fn run(mut self, inbox: &Receiver<Message>) {
        while let Ok(message) = inbox.recv() {
            match message {
                Message::Grow(accounts) if accounts > self.balances.len() => {
                    self.balances.resize(accounts, 0);
                }
                Message::Grow(_) => {}
                Message::Set(account, balance) => *self.balance(account) = balance,
                Message::Get(accounts, reply) => {
                    let balances = accounts.iter().map(|account| *self.balance(*account));
                    // Who asked may be gone.
                    let _ = reply.send(balances.collect());
                }
                Message::Debit(shift, lane) => self.debit(shift, lane),
                Message::Credit(shift, lane, ticket) => self.credit(&shift, lane, ticket),
                Message::End => return,
            }
        }
    }

    fn balance(&mut self, account: usize) -> &mut u128 {
        let at = account / self.shards.len();
        &mut self.balances[at]
    }

    fn debit(&mut self, shift: Shift, lane: usize) {
        let balance = self.balance(shift.debit());
        let Some(after) = shift.debited(*balance) else {
            self.reply(lane, Shifted::Undecided);
            return;
        };
        *balance = after;
        let ticket = self.tickets.draw();
        let count = self.shards.len();
        if shift.debit() % count == shift.credit() % count {
            self.credit(&shift, lane, ticket);
        } else {
            let _ = self.shards[shift.credit() % count].send(Message::Credit(shift, lane, ticket));
        }
    }

    fn credit(&mut self, shift: &Shift, lane: usize, ticket: u64) {
        let balance = self.balance(shift.credit());
        *balance = shift.credited(*balance);
        self.reply(lane, Shifted::Done(ticket));
    }

    fn reply(&self, lane: usize, shifted: Shifted) {
        let _ = self.desks[lane].send(shifted);
    }
}
