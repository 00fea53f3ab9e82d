//! The registers of an interrupted thread, as the kernel hands them to a signal handler.

#[cfg(target_arch = "x86_64")]
mod machine {
    use libc::{REG_RBP, REG_RIP, REG_RSP, ucontext_t};

    pub fn stack_pointer(context: &ucontext_t) -> usize {
        context.uc_mcontext.gregs[REG_RSP as usize] as usize
    }

    pub fn frame_pointer(context: &ucontext_t) -> usize {
        context.uc_mcontext.gregs[REG_RBP as usize] as usize
    }

    pub fn program_counter(context: &ucontext_t) -> usize {
        context.uc_mcontext.gregs[REG_RIP as usize] as usize
    }

    pub fn set_frame_pointer(context: &mut ucontext_t, value: usize) {
        context.uc_mcontext.gregs[REG_RBP as usize] = value.cast_signed() as i64;
    }
}

#[cfg(target_arch = "aarch64")]
mod machine {
    use libc::ucontext_t;

    pub fn stack_pointer(context: &ucontext_t) -> usize {
        context.uc_mcontext.sp as usize
    }

    pub fn frame_pointer(context: &ucontext_t) -> usize {
        context.uc_mcontext.regs[29] as usize
    }

    pub fn program_counter(context: &ucontext_t) -> usize {
        context.uc_mcontext.pc as usize
    }

    pub fn set_frame_pointer(context: &mut ucontext_t, value: usize) {
        context.uc_mcontext.regs[29] = value as u64;
    }
}

pub(super) use machine::{frame_pointer, program_counter, set_frame_pointer, stack_pointer};
